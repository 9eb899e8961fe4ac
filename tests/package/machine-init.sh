#!/bin/bash
# The first process of a throwaway machine (see machine.mjs), in fresh mount, PID, network, IPC, UTS and cgroup namespaces:
# machine-init.sh WORK. It lays an overlay over this system's root, so that all it changes is gone with it, and becomes systemd.
set -euo pipefail
work=$1 root=$1/root
mount -t tmpfs -o mode=0755,size=1g tmpfs "$work"
mkdir "$work/upper" "$work/work" "$root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/work" "$root"

mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
# Settings of the kernel are the real machine's.
for path in sys sysrq-trigger; do
  [ ! -e "$root/proc/$path" ] || mount --bind -o ro "$root/proc/$path" "$root/proc/$path"
done
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$root/sys"
mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=0755,nosuid tmpfs "$root/dev"
mkdir "$root/dev/pts" "$root/dev/shm"
for device in null zero full random urandom tty; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
mount -t tmpfs -o mode=0755,nosuid,nodev tmpfs "$root/run"
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$root/tmp"

# A bare machine: none of the real one's services, and nothing of a home that it may have.
rm -rf "$root"/etc/systemd/system/*.wants "$root"/etc/systemd/system/*.requires "$root"/etc/systemd/network
rm -rf "$root/var/lib/localscale" "$root/etc/localscale" "$root/usr/sbin/policy-rc.d" "$root/var/lib/man-db/auto-update"
# dpkg would spend its time on syncing to a disk that is not there.
mkdir -p "$root/etc/dpkg/dpkg.cfg.d" "$root/etc/systemd/system"
echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/machine"
: >"$root/etc/machine-id"
echo machine >"$root/etc/hostname"
for unit in systemd-sysctl.service systemd-modules-load.service systemd-udevd.service systemd-udev-trigger.service \
  sys-kernel-debug.mount sys-kernel-tracing.mount sys-fs-fuse-connections.mount; do
  ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
ip link set lo up

cd "$root"
mkdir .outside
pivot_root . .outside
umount -l /.outside
rmdir /.outside
exec env -i container=localscale-test PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  setpriv --bounding-set=-sys_boot,-sys_module,-sys_rawio,-sys_time,-syslog \
  /lib/systemd/systemd --system --unit=multi-user.target --log-target=journal --show-status=no
