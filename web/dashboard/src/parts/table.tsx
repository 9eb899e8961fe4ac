import type { ComponentChildren } from 'preact';

export interface Column<Row> {
  title: string;
  cell: (row: Row) => ComponentChildren;
  /** Numbers stand at the end of their cell. */
  number?: boolean;
  /** Names the row. */
  head?: boolean;
  /** Holds the row's buttons. */
  actions?: boolean;
}

interface Props<Row> { caption: string; columns: readonly Column<Row>[]; rows: readonly Row[]; keyOf: (row: Row) => string | number; hideCaption?: boolean }

/** A real table. On a narrow screen each row becomes a block, with the column's title before each value. */
export function Table<Row>({ caption, columns, rows, keyOf, hideCaption = true }: Props<Row>) {
  return (
    <table class="table">
      <caption class={hideCaption ? 'visually-hidden' : ''}>{caption}</caption>
      <thead>
        <tr>{columns.map((column) => <th key={column.title} scope="col" class={column.number || column.actions ? 'number' : ''}>{column.title}</th>)}</tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            {columns.map((column) =>
              column.head
                ? <th key={column.title} scope="row">{column.cell(row)}</th>
                : <td key={column.title} data-title={column.title} class={column.number ? 'number' : column.actions ? 'actions' : ''}><div>{column.cell(row)}</div></td>)}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
