import { ChevronDown, ChevronUp } from 'lucide-react';
import { useState } from 'react';
import { m } from '@/paraglide/messages';
import { Amount } from '@/ui/Amount';
import { Badge } from '@/ui/Badge';
import { Button } from '@/ui/Button';
import { formatNumber } from '@/ui/format';
import { Table } from '@/ui/Table';
import { UserLink } from '../filters/UserLink';
import { Comparison } from './Comparison';
import { isZero, type Month } from './compare';

interface ReconciliationTableProps {
  months: Month[];
  isLoading: boolean;
}

/** The users of a month. Those who need attention are opened. */
export function ReconciliationTable({ months, isLoading }: ReconciliationTableProps) {
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(new Map());
  const isOpen = (month: Month) => toggled.get(month.user_id) ?? needsAttention(month);
  return (
    <Table
      label={m.reconciliation_list_label()}
      rows={months}
      rowKey={(month) => month.user_id}
      isLoading={isLoading}
      detail={(month) => isOpen(month) && <Comparison month={month} />}
      columns={[
        { header: m.reconciliation_user(), cell: (month) => <UserLink id={month.user_id} email={month.user_email} /> },
        {
          header: m.reconciliation_result(),
          cell: (month) => (
            <span className="flex flex-wrap gap-1">
              {month.drift ? (
                <Badge tone="danger">{m.reconciliation_drift()}</Badge>
              ) : (
                <Badge tone="success">{m.reconciliation_matches()}</Badge>
              )}
              {!isZero(month.parked) && <Badge tone="warning">{m.reconciliation_parked_badge()}</Badge>}
            </span>
          ),
        },
        { header: m.reconciliation_requests(), align: 'end', cell: (month) => formatNumber(month.used.requests) },
        { header: m.reconciliation_tokens(), align: 'end', cell: (month) => formatNumber(month.used.tokens_used) },
        { header: m.reconciliation_cost(), align: 'end', cell: (month) => <Amount value={month.used.cost_usd} /> },
        {
          header: m.reconciliation_details(),
          align: 'end',
          cell: (month) => {
            const user = month.user_email;
            return (
              <Button
                size="small"
                look="plain"
                aria-expanded={isOpen(month)}
                aria-label={isOpen(month) ? m.reconciliation_less_about({ user }) : m.reconciliation_more_about({ user })}
                onPress={() => setToggled(new Map(toggled).set(month.user_id, !isOpen(month)))}
              >
                {isOpen(month) ? <ChevronUp size={16} aria-hidden /> : <ChevronDown size={16} aria-hidden />}
              </Button>
            );
          },
        },
      ]}
    />
  );
}

function needsAttention(month: Month) {
  return month.drift || !isZero(month.parked);
}
