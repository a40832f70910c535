import { Fragment, type ReactNode } from 'react';
import { classes } from './classes';

export interface Column<Row> {
  /** The header; also the label of the cell on narrow screens, where each row is a block. */
  header: string;
  cell: (row: Row) => ReactNode;
  align?: 'end';
}

interface TableProps<Row> {
  /** What the table lists, for screen readers. */
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  /** Dims the rows while the next ones are being loaded. */
  isLoading?: boolean;
  /** What is shown below a row, over its whole width; nothing for rows that aren't expanded. */
  detail?: (row: Row) => ReactNode;
}

/** A table of rows. On narrow screens each row becomes a block of labeled values, so that nothing scrolls sideways. */
export function Table<Row>({ label, columns, rows, rowKey, isLoading, detail }: TableProps<Row>) {
  return (
    <table aria-label={label} aria-busy={isLoading} className={classes('w-full text-sm', isLoading && 'opacity-50')}>
      <thead className="sr-only md:not-sr-only">
        <tr>
          {columns.map((column) => (
            <th
              key={column.header}
              scope="col"
              className={classes(
                'border-b border-line px-2 py-2 font-medium text-muted',
                column.align === 'end' ? 'text-end' : 'text-start',
              )}
            >
              {column.header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const below = detail?.(row);
          return (
            <Fragment key={rowKey(row)}>
              <tr className={classes('block py-2 md:table-row md:py-0', !below && 'border-b border-line')}>
                {columns.map((column) => (
                  <td
                    key={column.header}
                    className={classes(
                      'flex flex-wrap justify-between gap-x-4 px-2 py-1 break-words md:table-cell md:py-2.5',
                      column.align === 'end' && 'md:text-end',
                    )}
                  >
                    <span aria-hidden className="text-muted md:hidden">
                      {column.header}
                    </span>
                    <span className="min-w-0">{column.cell(row)}</span>
                  </td>
                ))}
              </tr>
              {below && (
                <tr className="block border-b border-line md:table-row">
                  <td colSpan={columns.length} className="block px-2 pb-3 md:table-cell">
                    {below}
                  </td>
                </tr>
              )}
            </Fragment>
          );
        })}
      </tbody>
    </table>
  );
}
