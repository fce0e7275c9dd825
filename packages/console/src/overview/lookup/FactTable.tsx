import { Table } from '@mantine/core';

interface FactTableProps {
  readonly label: string;
  readonly columns: readonly string[];
  /** Which of the columns hold positions in logs. */
  readonly positions: readonly string[];
  /** The first cell of a row is its name. */
  readonly rows: readonly (readonly [name: string, ...cells: (string | undefined)[]])[];
}

/** A table that scrolls by itself where the page is narrow. */
export function FactTable({ label, columns, positions, rows }: FactTableProps) {
  return (
    <div className="scroll">
      <Table aria-label={label}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th key={column}>{column}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((cells) => (
            <Table.Tr key={cells[0]}>
              {columns.map((column, index) => (
                <Table.Td key={column} className={positions.includes(column) ? 'code' : undefined}>
                  {cells[index]}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
