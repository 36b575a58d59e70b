/**
 * How an answer may look: its width, its characters, its colours. The caller knows the terminal; the
 * report is told, and reads neither the environment nor a stream.
 */
import { styleText } from 'node:util';

export interface Look {
  readonly paint: Paint;
  /** Columns of the terminal; what is narrower than 80 is treated as 80. */
  readonly width: number;
  /** Off: nothing but ASCII leaves the report, apart from the scenario's own words. */
  readonly unicode: boolean;
}

/** A brush for each meaning; each returns the text as it is to be printed. */
export interface Paint {
  readonly strong: Brush;
  readonly faint: Brush;
  readonly good: Brush;
  readonly bad: Brush;
  readonly warning: Brush;
}

export type Brush = (text: string) => string;

const asIs: Brush = (text) => text;

/** No colour at all: for files and pipes. */
export const plain: Paint = { strong: asIs, faint: asIs, good: asIs, bad: asIs, warning: asIs };

export const coloured: Paint = {
  strong: brush('bold'),
  faint: brush('dim'),
  good: brush('green'),
  bad: brush('red'),
  warning: brush('yellow'),
};

export const plainLook: Look = { paint: plain, width: 80, unicode: true };

/** `validateStream` off, since whether colours are wanted was decided by the caller. */
function brush(format: 'bold' | 'dim' | 'green' | 'red' | 'yellow'): Brush {
  return (text) => styleText(format, text, { validateStream: false });
}
