"""Muon for the matrices, AdamW for embeddings and norms, in one small class."""

import torch


def orthogonal(update, steps=5):
    """Newton-Schulz iteration on a stack of matrices: keeps the directions, evens out their sizes."""
    x = update.bfloat16()
    flip = x.shape[-2] > x.shape[-1]
    if flip:
        x = x.transpose(-1, -2)
    x = x / (x.float().norm(dim=(-1, -2), keepdim=True) + 1e-7).bfloat16()
    for _ in range(steps):
        a = x @ x.transpose(-1, -2)
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * (a @ a)) @ x
    return (x.transpose(-1, -2) if flip else x).float()


class Muon:
    """Momentum, made orthogonal; matrices of one shape are handled together."""

    def __init__(self, matrices, momentum=0.95, decay=0.01):
        groups = {}
        for matrix in matrices:
            groups.setdefault(tuple(matrix.shape), []).append(matrix)
        self.groups = [(group, torch.zeros(len(group), *shape)) for shape, group in groups.items()]
        self.momentum, self.decay = momentum, decay

    def state(self):
        return [velocity for _, velocity in self.groups]

    def load(self, state):
        for (_, velocity), saved in zip(self.groups, state):
            velocity.copy_(saved)

    @torch.no_grad()
    def step(self, rate):
        for group, velocity in self.groups:
            gradient = torch.stack([matrix.grad for matrix in group])
            velocity.lerp_(gradient, 1 - self.momentum)
            update = orthogonal(gradient.lerp(velocity, self.momentum))
            scale = max(1, update.shape[-2] / update.shape[-1]) ** 0.5
            for matrix, change in zip(group, update):
                matrix.mul_(1 - rate * self.decay).add_(change, alpha=-rate * scale)
