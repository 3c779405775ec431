/** What the doctor says of one thing. */
export interface Finding {
  readonly check: string;
  readonly status: 'ok' | 'warning' | 'problem';
  readonly detail: string;
  readonly code?: string;
  readonly fix?: string;
  readonly mend?: OfferedMend;
}

export interface OfferedMend {
  readonly id: string;
  readonly does: string;
}
