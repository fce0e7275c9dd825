import { useTexts } from '../i18n/language-context.js';
import { sizeInWords } from '../model/file-words.js';
import { LiveChart } from './LiveChart.js';
import type { Point } from './model/series.js';

/** As people count. */
const ROUND = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000];
const MB = 1024 * 1024;
const ROUND_BYTES = ROUND.map((count) => count * MB);

interface ChartsProps {
  readonly points: readonly Point[];
}

export function Charts({ points }: ChartsProps) {
  const texts = useTexts();
  const { operator, locale } = texts;
  const count = (value: number) => value.toLocaleString(locale, { maximumFractionDigits: 0 });
  const rate = (value: number) => value.toLocaleString(locale, { maximumFractionDigits: value < 10 ? 1 : 0 });
  const ms = (value: number) =>
    operator.milliseconds(Number(value.toLocaleString('en', { maximumFractionDigits: 1, useGrouping: false })));
  const bytes = (value: number) => sizeInWords(value, texts);
  return (
    <div className="charts">
      <LiveChart
        title={operator.connections}
        points={points}
        format={count}
        steps={ROUND}
        series={[
          { name: 'connections', label: operator.connections },
          { name: 'sessions', label: operator.sessions },
        ]}
      />
      <LiveChart
        title={`${operator.users} · ${operator.channels}`}
        points={points}
        format={count}
        steps={ROUND}
        series={[
          { name: 'users', label: operator.users },
          { name: 'channels', label: operator.channels },
        ]}
      />
      <LiveChart
        title={operator.perSecond(operator.messages)}
        points={points}
        format={rate}
        series={[
          { name: 'peerMessages', label: operator.peerMessages },
          { name: 'channelMessages', label: operator.channelMessages },
          { name: 'calls', label: operator.callsMade },
        ]}
      />
      <LiveChart
        title={operator.perSecond(operator.deliveries)}
        points={points}
        format={rate}
        series={[
          { name: 'deliveries', label: operator.delivered },
          { name: 'stored', label: operator.stored },
        ]}
      />
      <LiveChart
        title={operator.delay}
        points={points}
        format={ms}
        steps={ROUND}
        series={[
          { name: 'delayP50', label: 'p50' },
          { name: 'delayP99', label: 'p99' },
          { name: 'delayMax', label: 'max' },
        ]}
      />
      <LiveChart
        title={operator.memory}
        points={points}
        format={bytes}
        steps={ROUND_BYTES}
        series={[
          { name: 'rss', label: operator.rss },
          { name: 'heap', label: operator.heap },
        ]}
      />
      <LiveChart
        title={operator.cpu}
        points={points}
        format={(value) => `${count(value)} %`}
        steps={ROUND}
        series={[{ name: 'cpu', label: operator.cpu }]}
      />
      <LiveChart
        title={operator.perSecond(operator.errors)}
        points={points}
        format={rate}
        series={[
          { name: 'errors', label: operator.errorCount },
          { name: 'refusals', label: operator.refusals },
        ]}
      />
    </div>
  );
}
