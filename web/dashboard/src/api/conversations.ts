// Endpoints of the history that the house keeps.
import { json, own, send } from './request.ts';
import type { Conversation, Message } from './types.ts';

const one = (id: string): string => own(`conversations/${encodeURIComponent(id)}`);

export const listConversations = async (): Promise<Conversation[]> => (await json<{ conversations: Conversation[] }>(own('conversations'))).conversations;
export const getConversation = async (id: string): Promise<Conversation> => (await json<{ conversation: Conversation }>(one(id))).conversation;
export const createConversation = async (title: string, model: string): Promise<Conversation> =>
  (await json<{ conversation: Conversation }>(own('conversations'), { body: { title, model } })).conversation;
export const changeConversation = async (id: string, change: { title?: string; model?: string }): Promise<Conversation> =>
  (await json<{ conversation: Conversation }>(one(id), { method: 'PATCH', body: change })).conversation;
export const removeConversation = (id: string): Promise<unknown> => json(one(id), { method: 'DELETE' });

/** Messages `from`…`from + limit - 1`, counted from 1. */
export const getMessages = async (id: string, from: number, limit: number): Promise<Message[]> =>
  (await json<{ messages: Message[] }>(`${one(id)}/messages?from=${from}&limit=${limit}`)).messages;

export type NewMessage = Omit<Message, 'seq' | 'at'>;
export const appendMessage = async (id: string, message: NewMessage): Promise<Message> =>
  (await json<{ message: Message }>(`${one(id)}/messages`, { body: message })).message;
/** `leaving`: the page goes away, so the request has to outlive it. */
export const replaceMessage = async (id: string, message: Message, leaving = false): Promise<Message> =>
  (await json<{ message: Message }>(`${one(id)}/messages/${message.seq}`, { method: 'PUT', body: message, keepalive: leaving })).message;
/** Takes away `seq` and everything after it: the start of an edit or of a second try. */
export const cutMessages = (id: string, seq: number): Promise<unknown> => json(`${one(id)}/messages/${seq}`, { method: 'DELETE' });

export type ExportFormat = 'md' | 'json';
/** Asked for like everything else, because a plain link could not show the session's second half. */
export const exportConversation = async (id: string, format: ExportFormat): Promise<Blob> => (await send(`${one(id)}/export?format=${format}`)).blob();
