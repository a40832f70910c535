import { ExportUsers } from '@/admin/users/ExportUsers';
import { m } from '@/paraglide/messages';
import { useUser } from '@/session/useSession';
import { Card } from '@/ui/Card';
import { PageHeading } from '@/ui/PageHeading';
import { TextLink } from '@/ui/TextLink';
import { ImportCard } from './ImportCard';

export function ImportPage() {
  const { isAdmin } = useUser();
  return (
    <>
      <PageHeading title={isAdmin ? m.common_nav_import() : m.import_export()} />
      {isAdmin && <ImportCard />}
      <Card title={isAdmin ? m.import_export() : undefined}>
        <p className="text-sm">
          {m.import_export_text()} <TextLink to="/admin/users">{m.import_export_filtered()}</TextLink>
        </p>
        <ExportUsers filters={{}} />
      </Card>
    </>
  );
}
