import { m } from '@/paraglide/messages';

/** What the sentence about an event may depend on. */
export interface EventFacts {
  /** Whether somebody other than the account's owner caused it. */
  isByAdministrator: boolean;
  /** A detail by its name; undefined if the event doesn't have it. */
  detail: (name: string) => string | undefined;
  /** A value from before or after a change. */
  change: (when: 'before' | 'after', name: string) => string | undefined;
}

/** Every action that the server records (AuditAction.cs), in words. */
export const actionTexts: Record<string, (facts: EventFacts) => string> = {
  'user.registered': m.activity_user_registered,
  'user.created': m.activity_user_created,
  'user.imported': m.activity_user_imported,
  'user.updated': m.activity_user_updated,
  'user.unlocked': m.activity_user_unlocked,
  'user.quota_changed': m.activity_user_quota_changed,
  'user.deleted': m.activity_user_deleted,
  'user.exported': m.activity_user_exported,
  'login.succeeded': ({ detail }) =>
    detail('methods')?.split(' ').includes('hwk') ? m.activity_login_succeeded_passkey() : m.activity_login_succeeded(),
  'login.failed': ({ detail }) => loginFailure(detail('reason')),
  'login.locked': m.activity_login_locked,
  'login.blocked': m.activity_login_blocked,
  'session.reauthenticated': m.activity_session_reauthenticated,
  'session.ended': ({ detail, isByAdministrator }) => sessionEnd(isByAdministrator ? 'ended_by_administrator' : detail('reason')),
  'refresh_token.reused': m.activity_refresh_token_reused,
  'email.verification_requested': m.activity_email_verification_requested,
  'email.verified': m.activity_email_verified,
  'email.change_requested': m.activity_email_change_requested,
  'email.changed': m.activity_email_changed,
  'password.changed': m.activity_password_changed,
  'password.reset_requested': ({ isByAdministrator }) =>
    isByAdministrator ? m.activity_password_reset_sent() : m.activity_password_reset_requested(),
  'password.reset': m.activity_password_reset,
  'two_factor.enabled': m.activity_two_factor_enabled,
  'two_factor.disabled': m.activity_two_factor_disabled,
  'two_factor.failed': m.activity_two_factor_failed,
  'two_factor.locked': m.activity_two_factor_locked,
  'two_factor.blocked': m.activity_two_factor_blocked,
  'two_factor.reset': m.activity_two_factor_reset,
  'recovery_codes.renewed': m.activity_recovery_codes_renewed,
  'recovery_code.used': m.activity_recovery_code_used,
  'passkey.added': ({ detail }) => named(detail('name'), m.activity_passkey_added_named, m.activity_passkey_added),
  'passkey.renamed': ({ detail }) => named(detail('name'), m.activity_passkey_renamed_named, m.activity_passkey_renamed),
  'passkey.removed': m.activity_passkey_removed,
  'api_key.created': ({ detail }) => named(detail('name'), m.activity_api_key_created_named, m.activity_api_key_created),
  'api_key.changed': ({ detail }) => named(detail('name'), m.activity_api_key_changed_named, m.activity_api_key_changed),
  'api_key.rotated': ({ detail }) => named(detail('name'), m.activity_api_key_rotated_named, m.activity_api_key_rotated),
  'api_key.revoked': ({ isByAdministrator }) =>
    isByAdministrator ? m.activity_api_key_revoked_by_administrator() : m.activity_api_key_revoked(),
  'usage.adjusted': ({ detail }) => {
    const reason = detail('reason');
    return reason ? m.activity_usage_adjusted_reason({ reason }) : m.activity_usage_adjusted();
  },
  'billing.tier_changed': ({ change }) => {
    const before = change('before', 'subscription_tier');
    const after = change('after', 'subscription_tier');
    return before && after ? m.activity_billing_tier_changed_named({ before, after }) : m.activity_billing_tier_changed();
  },
  'billing_event.assigned': m.activity_billing_event_assigned,
  'billing_event.replayed': m.activity_billing_event_replayed,
  'usage_event.retried': m.activity_usage_event_retried,
  'users.imported': m.activity_users_imported,
  'users.exported': m.activity_users_exported,
  'signing_keys.rotated': m.activity_signing_keys_rotated,
};

function named(name: string | undefined, withName: (inputs: { name: string }) => string, without: () => string) {
  return name ? withName({ name }) : without();
}

function loginFailure(reason: string | undefined) {
  switch (reason) {
    case 'wrong_password':
      return m.activity_login_failed_password();
    case 'wrong_passkey':
      return m.activity_login_failed_passkey();
    case 'account_disabled':
      return m.activity_login_failed_disabled();
    case 'email_not_verified':
      return m.activity_login_failed_unverified();
    default:
      return m.activity_login_failed();
  }
}

function sessionEnd(reason: string | undefined) {
  switch (reason) {
    case 'logout':
      return m.activity_session_ended_logout();
    case 'logout_all':
      return m.activity_session_ended_all();
    case 'ended_by_user':
      return m.activity_session_ended_by_user();
    case 'password_changed':
    case 'password_reset':
      return m.activity_session_ended_password();
    case 'email_changed':
      return m.activity_session_ended_email();
    case 'two_factor_changed':
      return m.activity_session_ended_two_factor();
    case 'passkeys_changed':
      return m.activity_session_ended_passkeys();
    case 'ended_by_administrator':
      return m.activity_session_ended_by_administrator();
    case 'account_disabled':
      return m.activity_session_ended_disabled();
    case 'refresh_token_reused':
      return m.activity_session_ended_reused();
    case 'limit':
      return m.activity_session_ended_limit();
    default:
      return m.activity_session_ended();
  }
}
