/** Loaded before a server (`--import`): collects garbage on SIGUSR2, so that what remains is what is held. */
process.on('SIGUSR2', () => {
  const { gc } = globalThis as { gc?: () => void };
  gc?.();
  gc?.();
});
