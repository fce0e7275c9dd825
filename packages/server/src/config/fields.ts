import { z } from 'zod';

/** Building blocks of the schema: each field carries its bounds, its default and the sentence of the reference page. */
const integer = (text: string, byDefault: number, min: number, max: number) =>
  z.int().min(min).max(max).default(byDefault).describe(text);

export const count = (text: string, byDefault: number, min: number, max: number) => integer(text, byDefault, min, max);

/** Bytes; at most 1 TB unless said otherwise. */
export const bytes = (text: string, byDefault: number, min: number, max: number) => integer(text, byDefault, min, max);

/** Milliseconds. */
export const milliseconds = (text: string, byDefault: number, min: number, max: number) =>
  integer(text, byDefault, min, max);

export const flag = (text: string, byDefault = false) => z.boolean().default(byDefault).describe(text);

/** A group whose fields all have defaults, so that the group may be left out. */
export const group = <Shape extends z.ZodRawShape>(text: string, shape: Shape) =>
  z
    .strictObject(shape)
    .prefault({} as z.input<z.ZodObject<Shape, z.core.$strict>>)
    .describe(text);

/** 32 hexadecimal characters: App IDs and certificates (token.md 2). Case counts. */
export const hex32 = (text: string) =>
  z
    .string()
    .regex(/^[0-9a-fA-F]{32}$/, 'must be 32 hexadecimal characters')
    .describe(text);
