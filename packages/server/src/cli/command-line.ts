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

/** Fields with a flag of their own; every field can be given with `--set`. */
const SERVER_FLAGS = [
  'host',
  'port',
  'dataDir',
  'storage',
  'open',
  'publicAddress',
  'trustProxy',
  'allowedOrigins',
  'lockWaitMs',
  'logLevel',
  'logFormat',
];
const DATA_FLAGS = ['dataDir'];

const flagOf = (path: string): string => `--${path.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

function addConfigOptions(command: Command, paths: readonly string[]): Command {
  command.option('-c, --config <file>', 'configuration file (default: ar-rtm.json, if it is there)');
  for (const leaf of LEAVES.filter(({ path }) => paths.includes(path))) {
    const name = flagOf(leaf.path);
    const byDefault = leaf.default === undefined || leaf.default === false ? '' : ` (default: ${leaf.default})`;
    const text = `${(leaf.description ?? '').replaceAll('`', '')}${byDefault}`;
    const option = new Option(leaf.type === 'boolean' ? name : `${name} <${leaf.enum?.join('|') ?? 'value'}>`, text);
    command.addOption(option);
  }
  return command.option(
    '-s, --set <field=value>',
    'any other field, such as limits.messageBytes=16384; can be repeated',
    (pair: string, before: readonly string[] = []) => [...before, pair],
  );
}

/** The options that were given, in the words of the configuration. */
function flagsFrom(options: Readonly<Record<string, unknown>>): ConfigFlags {
  const own = SERVER_FLAGS.filter((path) => options[path] !== undefined).map((path) => ({
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
  ar-rtm-server                             development, on this machine only
  ar-rtm-server --host 0.0.0.0 --open       development, for everybody on the network
  ar-rtm-server --config /etc/ar-rtm.json   with apps and their certificates
  ar-rtm-server backup /backups/monday      while the server runs
  ar-rtm-server token --uid alice           a token to try things with, for the app of the configuration

Every field can also be set in the environment, as in ARRTM_LOG_LEVEL=debug; docs/configuration.md lists them all.
`;

type Found = MaintenanceCommand | SecretCommand | { readonly kind: 'serve'; readonly flags: ConfigFlags };

function build(version: string, onFound: (found: Found) => void): Command {
  const program = new Command('ar-rtm-server')
    .description('Real-time messaging: server, media and console page in one.')
    .version(version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .enablePositionalOptions()
    .addHelpText('after', EXAMPLES);
  addConfigOptions(program, SERVER_FLAGS).action((options) => onFound({ kind: 'serve', flags: flagsFrom(options) }));

  addConfigOptions(program.command('backup'), DATA_FLAGS)
    .description('copy records and files into a new directory, also while the server runs')
    .argument('<directory>', 'where the copy goes; must be missing or empty')
    .action((toDir: string, options) => onFound({ kind: 'backup', flags: flagsFrom(options), toDir }));
  addConfigOptions(program.command('restore'), DATA_FLAGS)
    .description('put records and files of a backup in place; the server must be stopped')
    .argument('<directory>', 'the backup')
    .option('-f, --force', 'replace data that are there; they are kept beside the new ones')
    .action((fromDir: string, options) =>
      onFound({ kind: 'restore', flags: flagsFrom(options), fromDir, force: options.force === true }),
    );
  addConfigOptions(program.command('verify'), DATA_FLAGS)
    .description('check every stored record and file; the server must be stopped')
    .option('--repair', 'build a new data file from what can be read; the damaged one is kept')
    .action((options) => onFound({ kind: 'verify', flags: flagsFrom(options), repair: options.repair === true }));
  addConfigOptions(program.command('token'), [])
    .description('make a login token for development, signed with the certificate of the app')
    .option('--app <appId>', 'the app; not needed when there is one')
    .requiredOption('--uid <uid>', 'the user')
    .option('--ttl <seconds>', 'how long it is good', '3600')
    .action(({ app, uid, ttl, ...options }) =>
      onFound({ kind: 'token', flags: flagsFrom(options), appId: app, uid, ttlS: Number(ttl) }),
    );
  addConfigOptions(program.command('api-key'), [])
    .description('make a key for back ends that call the REST API, and the lines for the configuration')
    .requiredOption('--app <appId...>', 'the apps that it is for', appIds)
    .action(({ app, ...options }) => onFound({ kind: 'api-key', flags: flagsFrom(options), appIds: app }));
  addConfigOptions(program.command('operator-key'), DATA_FLAGS)
    .description('make a new operator key, which ends the old one; the server must be stopped')
    .requiredOption('--reset', 'say that this is meant')
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
    command.exitOverride().configureOutput({
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
