import type { paths } from '@/api/schema';
import { m } from '@/paraglide/messages';

/** The actions that the API documents. */
export type AuditAction = NonNullable<NonNullable<paths['/api/v1/admin/audit-events']['get']['parameters']['query']>['action']>;

/** What happened, in words. The type makes sure that no documented action is missing. */
const texts: Record<AuditAction, () => string> = {
  'api_key.changed': m.audit_action_api_key_changed,
  'api_key.created': m.audit_action_api_key_created,
  'api_key.revoked': m.audit_action_api_key_revoked,
  'api_key.rotated': m.audit_action_api_key_rotated,
  'billing.tier_changed': m.audit_action_billing_tier_changed,
  'billing_event.assigned': m.audit_action_billing_event_assigned,
  'billing_event.replayed': m.audit_action_billing_event_replayed,
  'email.change_requested': m.audit_action_email_change_requested,
  'email.changed': m.audit_action_email_changed,
  'email.verification_requested': m.audit_action_email_verification_requested,
  'email.verified': m.audit_action_email_verified,
  'login.blocked': m.audit_action_login_blocked,
  'login.failed': m.audit_action_login_failed,
  'login.locked': m.audit_action_login_locked,
  'login.succeeded': m.audit_action_login_succeeded,
  'passkey.added': m.audit_action_passkey_added,
  'passkey.removed': m.audit_action_passkey_removed,
  'passkey.renamed': m.audit_action_passkey_renamed,
  'password.changed': m.audit_action_password_changed,
  'password.reset': m.audit_action_password_reset,
  'password.reset_requested': m.audit_action_password_reset_requested,
  'recovery_code.used': m.audit_action_recovery_code_used,
  'recovery_codes.renewed': m.audit_action_recovery_codes_renewed,
  'refresh_token.reused': m.audit_action_refresh_token_reused,
  'session.ended': m.audit_action_session_ended,
  'session.reauthenticated': m.audit_action_session_reauthenticated,
  'signing_keys.rotated': m.audit_action_signing_keys_rotated,
  'two_factor.blocked': m.audit_action_two_factor_blocked,
  'two_factor.disabled': m.audit_action_two_factor_disabled,
  'two_factor.enabled': m.audit_action_two_factor_enabled,
  'two_factor.failed': m.audit_action_two_factor_failed,
  'two_factor.locked': m.audit_action_two_factor_locked,
  'two_factor.reset': m.audit_action_two_factor_reset,
  'usage.adjusted': m.audit_action_usage_adjusted,
  'usage_event.retried': m.audit_action_usage_event_retried,
  'user.created': m.audit_action_user_created,
  'user.deleted': m.audit_action_user_deleted,
  'user.exported': m.audit_action_user_exported,
  'user.imported': m.audit_action_user_imported,
  'user.quota_changed': m.audit_action_user_quota_changed,
  'user.registered': m.audit_action_user_registered,
  'user.unlocked': m.audit_action_user_unlocked,
  'user.updated': m.audit_action_user_updated,
  'users.exported': m.audit_action_users_exported,
  'users.imported': m.audit_action_users_imported,
};

export const actions = Object.keys(texts) as AuditAction[];

export function isAction(value: unknown): value is AuditAction {
  return typeof value === 'string' && Object.hasOwn(texts, value);
}

/** What happened, in words; the action's name if a newer server has one that this console doesn't know. */
export function actionText(action: string): string {
  return isAction(action) ? texts[action]() : action;
}
