import { isAppId } from 'ar-rtm-protocol';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { type ConfigFlags, LEAVES } from '../config/index.js';
import type { TokenRequest } from './make-token.js';

/** A command that works on stored data. */
export type MaintenanceCommand =
  | { readonly kind: 'backup'; readonly flags: ConfigFlags; readonly toDir: string }
  | { readonly kind: 'restore'; readonly flags: ConfigFlags; readonly fromDir: string; readonly force: boolean }
  | { readonly kind: 'verify'; readonly flags: ConfigFlags; readonly repair: boolean };

/** A command that makes something to log in with. */
export type SecretCommand =
  | ({ readonly kind: 'token'; readonly flags: ConfigFlags } & TokenRequest)
  | { readonly kind: 'api-key'; readonly flags: ConfigFlags; readonly appIds: readonly string[] }
  | { readonly kind: 'operator-key'; readonly flags: ConfigFlags };

/** What the command line asks for. */
export type CommandLine =
  | MaintenanceCommand
  | SecretCommand
  | { readonly kind: 'serve'; readonly flags: ConfigFlags }
  | { readonly kind: 'help' | 'version'; readonly text: string }
  | { readonly kind: 'error'; readonly text: string };

/** Fields with a flag of their own, under the headings of the help; every field can be given with `--set`. */
const SERVER_FLAGS = {
  'Where it listens:': { host: 'address', port: 'number', open: '' },
  'What clients are told:': { publicAddress: 'url', allowedOrigins: 'origins', trustProxy: '' },
  'Data:': { dataDir: 'directory', storage: 'durable|memory', lockWaitMs: 'ms' },
  'Log:': { logLevel: 'error|warn|info|debug', logFormat: 'json|pretty' },
};
const DATA_FLAGS = { 'Data:': { dataDir: 'directory' } };
type FlagGroups = Readonly<Record<string, Readonly<Record<string, string>>>>;
const FLAG_NAMES = Object.values<Readonly<Record<string, string>>>(SERVER_FLAGS).flatMap(Object.keys);

const flagOf = (path: string): string => `--${path.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

function addConfigOptions(command: Command, groups: FlagGroups): Command {
  command
    .optionsGroup('Configuration:')
    .option('-c, --config <file>', 'Configuration file, JSON with comments. (default: ar-rtm.json, if it is there)')
    .option(
      '-s, --set <field=value>',
      'Any field of the configuration, such as limits.messageBytes=16384. Can be repeated.',
      (pair: string, before: readonly string[] = []) => [...before, pair],
    );
  for (const [heading, fields] of Object.entries(groups)) {
    for (const [path, value] of Object.entries(fields)) {
      const leaf = LEAVES.find((one) => one.path === path);
      const byDefault = leaf?.default === undefined || leaf.default === false ? '' : ` (default: ${leaf.default})`;
      const text = `${(leaf?.description ?? '').replaceAll('`', '')}${byDefault}`;
      const option = new Option(value === '' ? flagOf(path) : `${flagOf(path)} <${value}>`, text);
      command.addOption(option.helpGroup(heading));
    }
  }
  return command.optionsGroup('Options:');
}

/** The options that were given, in the words of the configuration. */
function flagsFrom(options: Readonly<Record<string, unknown>>): ConfigFlags {
  const own = FLAG_NAMES.filter((path) => options[path] !== undefined).map((path) => ({
    path,
    text: String(options[path]),
    flag: flagOf(path),
  }));
  const pairs = (options.set ?? []) as readonly string[];
  const set = pairs.map((pair) => {
    const [path = '', ...rest] = pair.split('=');
    return { path, text: rest.join('='), flag: `--set ${pair}` };
  });
  const { config } = options;
  return { ...(typeof config === 'string' ? { config } : {}), set: [...own, ...set] };
}

const EXAMPLES = `
Examples:
  ar-rtm-server                             Development, on this machine only.
  ar-rtm-server --host 0.0.0.0 --open       Development, for everybody on the network.
  ar-rtm-server --config /etc/ar-rtm.json   With apps and their certificates.
  ar-rtm-server backup /backups/monday      While the server runs.
  ar-rtm-server token --uid alice           A token to try things with, for the app of the configuration.

Every field can also be set in the environment, as in ARRTM_LOG_LEVEL=debug. SIGTERM stops gracefully.
"ar-rtm-server <command> --help" tells more of a command; docs/configuration.md lists every field.
`;

type Found = MaintenanceCommand | SecretCommand | { readonly kind: 'serve'; readonly flags: ConfigFlags };

function build(version: string, onFound: (found: Found) => void): Command {
  const program = new Command('ar-rtm-server')
    .description('Real-time messaging: server, files and console page in one. Without a command it starts the server.')
    .usage('[options]\n       ar-rtm-server <command> [options]')
    .version(version, '-v, --version', 'Print the version.')
    .helpOption('-h, --help', 'Print this help.')
    .helpCommand(false)
    .enablePositionalOptions()
    .addHelpText('after', EXAMPLES);
  addConfigOptions(program, SERVER_FLAGS).action((options) => onFound({ kind: 'serve', flags: flagsFrom(options) }));

  addConfigOptions(program.command('backup'), DATA_FLAGS)
    .description('Copy records and files into a new directory, also while the server runs.')
    .argument('<directory>', 'Where the copy goes; must be missing or empty.')
    .action((toDir: string, options) => onFound({ kind: 'backup', flags: flagsFrom(options), toDir }));
  addConfigOptions(program.command('restore'), DATA_FLAGS)
    .description('Put records and files of a backup in place. The server must be stopped.')
    .argument('<directory>', 'The backup.')
    .option('-f, --force', 'Replace data that are there; they are kept beside the new ones.')
    .action((fromDir: string, options) =>
      onFound({ kind: 'restore', flags: flagsFrom(options), fromDir, force: options.force === true }),
    );
  addConfigOptions(program.command('verify'), DATA_FLAGS)
    .description('Check every stored record and file. The server must be stopped.')
    .option('--repair', 'Build a new data file from what can be read; the damaged one is kept.')
    .action((options) => onFound({ kind: 'verify', flags: flagsFrom(options), repair: options.repair === true }));
  addConfigOptions(program.command('token'), {})
    .description('Make a login token for development, signed with the certificate of the app.')
    .option('--app <appId>', 'The app; not needed when there is one.')
    .requiredOption('--uid <uid>', 'The user.')
    .option('--ttl <seconds>', 'How long it is good.', '3600')
    .action(({ app, uid, ttl, ...options }) =>
      onFound({ kind: 'token', flags: flagsFrom(options), appId: app, uid, ttlS: Number(ttl) }),
    );
  addConfigOptions(program.command('api-key'), {})
    .description('Make a key for back ends that call the REST API, and the line for the configuration.')
    .requiredOption('--app <appId...>', 'The apps that it is for.', appIds)
    .action(({ app, ...options }) => onFound({ kind: 'api-key', flags: flagsFrom(options), appIds: app }));
  addConfigOptions(program.command('operator-key'), DATA_FLAGS)
    .description('Make a new operator key, which ends the old one. The server must be stopped.')
    .requiredOption('--reset', 'Say that this is meant.')
    .action((options) => onFound({ kind: 'operator-key', flags: flagsFrom(options) }));
  return program;
}

/** One more of the apps that are named. */
function appIds(value: string, before: readonly string[] = []): readonly string[] {
  if (!isAppId(value)) throw new InvalidArgumentError('An App ID has 32 hexadecimal digits.');
  return [...before, value];
}

/** commander counts arguments only; a mistyped command is what usually lies behind it. */
function unexpected(argv: readonly string[], program: Command): string {
  const names = program.commands.map((command) => command.name());
  const [first = ''] = argv;
  return names.includes(first) || first.startsWith('-')
    ? `error: too many arguments: ${argv.join(' ')}`
    : `error: unknown command '${first}'; there are ${names.join(', ')}`;
}

/** Reads the arguments behind the program's name. Prints nothing and ends nothing: the caller does. */
export function parseCommandLine(argv: readonly string[], version: string): CommandLine {
  const found: Found[] = [];
  const output = { out: '', err: '' };
  const program = build(version, (one) => found.push(one));
  for (const command of [program, ...program.commands]) {
    command
      .helpOption('-h, --help', 'Print this help.')
      .exitOverride()
      .configureOutput({
        writeOut: (text) => {
          output.out += text;
        },
        writeErr: (text) => {
          output.err += text;
        },
        getOutHelpWidth: () => 100,
        getErrHelpWidth: () => 100,
      });
  }
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.version') return { kind: 'version', text: output.out };
    if (error.exitCode === 0) return { kind: 'help', text: output.out };
    if (error.code === 'commander.excessArguments' && found.length === 0) output.err = unexpected(argv, program);
    return { kind: 'error', text: `${output.err.trim()}\nSee ar-rtm-server --help.\n` };
  }
  return found[0] ?? { kind: 'help', text: program.helpInformation() };
}
