import { createLink } from '@tanstack/react-router';
import type { ComponentProps } from 'react';
import { m } from '@/paraglide/messages';

const NavLink = createLink((props: ComponentProps<'a'>) => (
  <a
    {...props}
    className="block rounded-md px-2.5 py-1.5 text-sm text-ink hover:bg-raised aria-[current=page]:bg-accent-soft aria-[current=page]:font-medium aria-[current=page]:text-accent-ink"
  >
    {props.children}
  </a>
));

const exact = { exact: true, includeSearch: false };
const prefix = { includeSearch: false };

export function Navigation({ isStaff }: { isStaff: boolean }) {
  return (
    <>
      <nav aria-label={m.common_nav_main()} className="flex flex-col gap-0.5">
        <NavLink to="/" activeOptions={exact}>
          {m.common_nav_overview()}
        </NavLink>
        <NavLink to="/keys" activeOptions={prefix}>
          {m.common_nav_keys()}
        </NavLink>
        <NavLink to="/usage" activeOptions={prefix}>
          {m.common_nav_usage()}
        </NavLink>
        <NavLink to="/billing" activeOptions={prefix}>
          {m.common_nav_billing()}
        </NavLink>
        <NavLink to="/activity" activeOptions={prefix}>
          {m.common_nav_activity()}
        </NavLink>
        <NavLink to="/account" activeOptions={exact}>
          {m.common_nav_account()}
        </NavLink>
        <NavLink to="/account/security" activeOptions={prefix}>
          {m.common_nav_security()}
        </NavLink>
        <NavLink to="/account/sessions" activeOptions={prefix}>
          {m.common_nav_sessions()}
        </NavLink>
      </nav>
      {isStaff && (
        <nav aria-labelledby="staff-navigation" className="flex flex-col gap-0.5">
          <p id="staff-navigation" className="px-2.5 pb-1 text-xs font-semibold text-muted">
            {m.common_nav_administration()}
          </p>
          <NavLink to="/admin" activeOptions={exact}>
            {m.common_nav_statistics()}
          </NavLink>
          <NavLink to="/admin/users" activeOptions={prefix}>
            {m.common_nav_users()}
          </NavLink>
          <NavLink to="/admin/import" activeOptions={prefix}>
            {m.common_nav_import()}
          </NavLink>
          <NavLink to="/admin/audit" activeOptions={prefix}>
            {m.common_nav_audit()}
          </NavLink>
          <NavLink to="/admin/usage" activeOptions={prefix}>
            {m.common_nav_all_usage()}
          </NavLink>
          <NavLink to="/admin/billing-events" activeOptions={prefix}>
            {m.common_nav_billing_events()}
          </NavLink>
          <NavLink to="/admin/reconciliation" activeOptions={prefix}>
            {m.common_nav_reconciliation()}
          </NavLink>
        </nav>
      )}
    </>
  );
}
