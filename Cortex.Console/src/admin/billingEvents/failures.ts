import { m } from '@/paraglide/messages';

const texts: Record<string, () => string> = {
  unreachable: m.billing_events_failure_unreachable,
  timeout: m.billing_events_failure_timeout,
  incomplete_answer: m.billing_events_failure_incomplete_answer,
  answer_too_large: m.billing_events_failure_unexpected_answer,
  unexpected_answer: m.billing_events_failure_unexpected_answer,
  server_error: m.billing_events_failure_server_error,
  rate_limited: m.billing_events_failure_rate_limited,
  redirected: m.billing_events_failure_redirected,
  unauthorized: m.billing_events_failure_unauthorized,
  forbidden: m.billing_events_failure_forbidden,
  wrong_version: m.billing_events_failure_wrong_version,
  api_off: m.billing_events_polar_off,
  usage_off: m.billing_events_failure_usage_off,
  refused: m.billing_events_failure_refused,
  own_limit: m.billing_events_failure_own_limit,
};

/** Why Polar couldn't be asked, and what to do (docs/billing.md, "When Polar's API fails"). */
export function failureText(failure: string): string {
  return texts[failure]?.() ?? failure;
}
