import { useTexts } from '../i18n/language-context.js';
import { sizeInWords } from '../model/file-words.js';
import { LiveChart } from './LiveChart.js';
import type { Point } from './model/series.js';

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
  const perSecond = (name: string) => `${name} ${operator.perSecond}`;
  return (
    <div className="charts">
      <LiveChart
        title={operator.connections}
        points={points}
        format={count}
        series={[
          { name: 'connections', label: operator.connections },
          { name: 'sessions', label: operator.sessions },
        ]}
      />
      <LiveChart
        title={`${operator.users} · ${operator.channels}`}
        points={points}
        format={count}
        series={[
          { name: 'users', label: operator.users },
          { name: 'channels', label: operator.channels },
        ]}
      />
      <LiveChart
        title={perSecond(operator.messages)}
        points={points}
        format={rate}
        series={[
          { name: 'peerMessages', label: operator.peerMessages },
          { name: 'channelMessages', label: operator.channelMessages },
          { name: 'calls', label: operator.callsMade },
        ]}
      />
      <LiveChart
        title={perSecond(operator.deliveries)}
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
        series={[
          { name: 'rss', label: operator.rss },
          { name: 'heap', label: operator.heap },
        ]}
      />
      <LiveChart
        title={operator.cpu}
        points={points}
        format={(value) => `${count(value)} %`}
        series={[{ name: 'cpu', label: operator.cpu }]}
      />
      <LiveChart
        title={perSecond(operator.errors)}
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
