import type { Server } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { type AdminRoutes, adminRoutes, refusePath } from './admin.js';
import { newListener } from './listener.js';
import { consolePage } from './pages.js';

export interface AdminServerOptions extends AdminRoutes {
  readonly publicDir: string | undefined;
  readonly bodyBytes: number;
  readonly requestTimeoutMs: number;
}

/** The operator's part at an address of its own: its paths and the page, and nothing for clients. Not listening yet. */
export async function createAdminServer(
  options: AdminServerOptions,
): Promise<{ readonly app: FastifyInstance; readonly server: Server }> {
  const app = newListener({
    ...options,
    frameworkErrors: (_error, _request, reply: FastifyReply) => refusePath(reply, options.api),
  });
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('X-Content-Type-Options', 'nosniff');
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ code: 404, message: 'not found' }));
  adminRoutes(app, options);
  try {
    if (options.publicDir !== undefined) await consolePage(app, options.publicDir, { clients: false, operator: true });
    await app.ready();
  } catch (error) {
    await app.close();
    throw error;
  }
  return { app, server: app.server };
}
