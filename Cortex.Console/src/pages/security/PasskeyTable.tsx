import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Button } from '@/ui/Button';
import { type Column, Table } from '@/ui/Table';
import { Time } from '@/ui/Time';

type Passkey = Schema<'PasskeyResponse'>;

interface PasskeyTableProps {
  passkeys: Passkey[];
  onRename: (passkey: Passkey) => void;
  onRemove: (passkey: Passkey) => void;
}

export function PasskeyTable({ passkeys, onRename, onRemove }: PasskeyTableProps) {
  const columns: Column<Passkey>[] = [
    { header: m.security_passkey_name(), cell: ({ name }) => <span className="wrap-anywhere">{name}</span> },
    { header: m.security_passkey_created(), cell: ({ created_at }) => <Time value={created_at} dateOnly /> },
    {
      header: m.security_passkey_last_used(),
      cell: ({ last_used_at }) => (last_used_at ? <Time value={last_used_at} /> : m.security_passkey_never()),
    },
    {
      header: m.security_passkey_kept(),
      cell: ({ is_backed_up }) => (is_backed_up ? m.security_passkey_synced() : m.security_passkey_one_device()),
    },
    {
      header: m.security_passkey_actions(),
      align: 'end',
      cell: (passkey) => (
        <span className="inline-flex flex-wrap justify-end gap-2">
          <Button size="small" aria-label={m.security_rename_label({ name: passkey.name })} onPress={() => onRename(passkey)}>
            {m.security_rename()}
          </Button>
          <Button size="small" aria-label={m.security_remove_label({ name: passkey.name })} onPress={() => onRemove(passkey)}>
            {m.security_remove()}
          </Button>
        </span>
      ),
    },
  ];
  return <Table label={m.security_passkeys()} columns={columns} rows={passkeys} rowKey={(passkey) => passkey.id} />;
}
