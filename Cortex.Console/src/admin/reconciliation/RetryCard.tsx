import { useState } from 'react';
import { api } from '@/api/client';
import { ApiError } from '@/api/problem';
import { m } from '@/paraglide/messages';
import { queryClient } from '@/queryClient';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Field } from '@/ui/Field';
import { Notice } from '@/ui/Notice';
import { SubmitForm } from '@/ui/SubmitForm';

/** Sends usage again that Polar has refused, after the cause was corrected. */
export function RetryCard() {
  const [sent, setSent] = useState<string>();

  async function retry(fields: FormData) {
    setSent(undefined);
    const external_id = String(fields.get('external_id')).trim();
    const { data } = await api.POST('/api/v1/admin/billing/usage-events/{external_id}/retry', { params: { path: { external_id } } });
    setSent(data?.external_id);
    await queryClient.invalidateQueries({ queryKey: ['get', '/api/v1/admin/billing/reconciliation'] });
  }

  return (
    <Card title={m.reconciliation_retry()}>
      <SubmitForm onSubmit={retry} explain={explain}>
        {(isPending) => (
          <>
            {sent && (
              <Notice tone="success" isStatus>
                {m.reconciliation_retry_done({ id: sent })}
              </Notice>
            )}
            <Field
              label={m.reconciliation_retry_id()}
              hint={m.reconciliation_retry_text()}
              name="external_id"
              placeholder="ctx-…"
              autoComplete="off"
              isRequired
            />
            <div>
              <Button type="submit" isPending={isPending}>
                {m.reconciliation_retry_submit()}
              </Button>
            </div>
          </>
        )}
      </SubmitForm>
    </Card>
  );
}

function explain(error: ApiError) {
  return error.status === 404 ? new ApiError(404, error.code, m.reconciliation_retry_unknown()) : error;
}
