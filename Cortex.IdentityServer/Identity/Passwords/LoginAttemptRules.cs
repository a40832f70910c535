using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>The rules for one count of failed logins (decision 0007), as SQL statements that check and record an attempt atomically.</summary>
/// <remarks>
/// An attempt is recorded as pending before its password is checked, and settled afterward. Until there are five failures, the number of failures plus pending
/// attempts is limited to five; after that, one attempt at a time is allowed. Concurrent guesses therefore get no further than sequential ones.
/// After a hundred consecutive failures from unknown networks, further attempts from unknown networks are blocked until the owner resets the password or an
/// administrator unlocks the account (NIST SP 800-63B, section 5.2.2).
/// Parameters: <c>@email</c> (the hash), <c>@network</c>, <c>@now</c>, <c>@began</c> (when the attempt began), <c>@lost</c> (attempts pending since before this
/// time are lost and count as failures), <c>@forgotten</c> (failures are disregarded if the last one was before this time).
/// </remarks>
internal static class LoginAttemptRules
{
    /// <summary>
    /// A pending attempt without an outcome after this time is lost, because its process crashed or its connection failed. It is far longer than a hash takes.
    /// </summary>
    public static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(30);

    public static readonly TimeSpan ResetAfter = TimeSpan.FromHours(24);

    private const int MaxConsecutive = FailedAttempts.MaxConsecutive;

    /// <summary>The wait reported to blocked clients, which is the same as after ten failures.</summary>
    private const string LockoutDuration = "interval '15 minutes'";

    private static readonly string IsBlocked = $"a.network = '' AND in_a_row >= {MaxConsecutive}";

    /// <summary>The condition for a lockout: ten failures within fifteen minutes.</summary>
    private const string IsLocked = "cardinality(recent_failures) = 10 AND recent_failures[10] - recent_failures[1] <= interval '15 minutes'";

    /// <summary>
    /// Whether the consecutive failures of unknown networks are retained although the last one occurred before <c>$1</c>, which is <see cref="ResetAfter"/>
    /// ago: fewer than ten for a month, ten or more for a year. The rule is the same whether or not the account exists, so a count doesn't reveal who is
    /// registered. Retention is bounded because anyone can make up emails.
    /// </summary>
    private const string MustRetain =
        "network = '' AND in_a_row > 0 AND failed_at > $1 - CASE WHEN in_a_row < 10 THEN interval '29 days' ELSE interval '364 days' END";

    /// <summary>The rows that no longer have an effect. The parameter <c>$1</c> is <see cref="ResetAfter"/> ago.</summary>
    public const string Expired =
        "login_attempts WHERE (failed_at IS NULL OR failed_at <= $1) AND NOT EXISTS (SELECT FROM unnest(pending) AS at WHERE at > $1) AND NOT "
            + $"({MustRetain})";

    private const string PendingWithoutThis = "a.pending[:array_position(a.pending, @began) - 1] || a.pending[array_position(a.pending, @began) + 1:]";

    /// <summary>
    /// Records the effects of <c>settled</c> as audit events of the account <c>@user</c>, with their origin. If attempts are now blocked, the owner receives an
    /// email with the details <c>@notice</c>, which is retried until <c>@given_up</c>.
    /// </summary>
    private static readonly string Recorded = $"""
        recorded AS (
            {AuditInsert.Sql(
                "action", $"'{AuditLog.Failure}'", $"(SELECT id FROM users WHERE id = @user AND {UserSql.Exists})", "jsonb_build_object('reason', reason)", $"""
                FROM settled CROSS JOIN (VALUES
                    ('{AuditAction.LoginFailed}', 'wrong_password'), ('{AuditAction.LoginLocked}', 'too_many_failures'),
                    ('{AuditAction.LoginBlocked}', 'too_many_failures')) AS event(action, reason)
                WHERE (is_failed AND action = '{AuditAction.LoginFailed}') OR (is_locked AND action = '{AuditAction.LoginLocked}')
                    OR (is_blocked AND action = '{AuditAction.LoginBlocked}')
                """)}),
        notified AS (
            {OutboxInsert.Sql(
                $"'{MailKind.LoginBlocked}'", "users.id", "users.email", $"FROM settled JOIN users ON users.id = @user AND {UserSql.Exists} WHERE is_blocked")})
        """;

    /// <summary>
    /// Records an attempt as pending and returns false if the rules admit it. Returns true, once, if lost attempts bring the number of consecutive failures to
    /// a hundred: the statement then settles the lost attempts, rejects this one, and records and emails the block like <see cref="Fail"/>. Returns no row if
    /// the attempt is rejected for any other reason.
    /// </summary>
    public static readonly string Admit = $"""
        WITH settled AS (
            INSERT INTO login_attempts AS a (email_hash, network, failures, in_a_row, recent_failures, failed_at, pending)
            VALUES (@email, @network, 0, 0, '{"{}"}', NULL, ARRAY[@began])
            ON CONFLICT (email_hash, network) DO UPDATE SET (failures, in_a_row, recent_failures, failed_at, pending) =
                (SELECT failures, in_a_row, recent_failures, failed_at, CASE WHEN is_blocked THEN live ELSE live || @began END FROM {Count("a.pending")})
            WHERE (SELECT CASE WHEN is_blocked THEN a.in_a_row < {MaxConsecutive} ELSE coalesce(opens_at <= @now, true) AND cardinality(live) < room END
                FROM {Count("a.pending")})
            RETURNING false AS is_failed, false AS is_locked, {IsBlocked} AS is_blocked),
        {Recorded}
        SELECT is_blocked FROM settled
        """;

    /// <summary>Returns when the next attempt is allowed, if failures have delayed it.</summary>
    public static readonly string OpensAt = $"""
        SELECT opens_at FROM login_attempts AS a CROSS JOIN LATERAL {Count("a.pending")}
        WHERE email_hash = @email AND network = @network
        """;

    /// <summary>
    /// Returns the time until which logins are locked (or null), the number of failures across all networks, and whether attempts from unknown networks are
    /// blocked.
    /// </summary>
    public static readonly string SelectStatus = $"""
        SELECT max(opens_at) FILTER (WHERE opens_at > @now) AS locked_until, coalesce(sum(count.failures), 0)::integer AS failures,
            coalesce(bool_or(is_blocked), false) AS is_blocked
        FROM login_attempts AS a CROSS JOIN LATERAL {Count("a.pending")}
        WHERE email_hash = @email
        """;

    /// <summary>
    /// Settles a pending attempt as a failure, at most once, records it, and returns its effect (<see cref="FailureEffect"/>). The owner receives an email when
    /// attempts are blocked.
    /// </summary>
    public static readonly string Fail = $"""
        WITH settled AS (
            UPDATE login_attempts AS a SET (failures, in_a_row, recent_failures, failed_at, pending) =
                (SELECT failures + 1, in_a_row + 1, {Newest("recent_failures || @now")}, @now, live FROM {Count(PendingWithoutThis)})
            WHERE email_hash = @email AND network = @network AND @began = ANY(pending)
            RETURNING true AS is_failed, {IsLocked} AS is_locked, a.network = '' AND in_a_row = {MaxConsecutive} AS is_blocked),
        {Recorded}
        SELECT CASE WHEN is_blocked THEN {(int)FailureEffect.Blocked} WHEN is_locked THEN {(int)FailureEffect.Locked} ELSE {(int)FailureEffect.None} END
            FROM settled
        """;

    /// <summary>Settles a pending attempt as a success, which resets the failures.</summary>
    public static readonly string Succeed = $"""
        UPDATE login_attempts AS a SET failures = 0, in_a_row = 0, recent_failures = '{"{}"}', failed_at = NULL,
            pending = CASE WHEN @began = ANY(pending) THEN {PendingWithoutThis} ELSE pending END
        WHERE email_hash = @email AND network = @network
        """;

    public const string Reset = "DELETE FROM login_attempts WHERE email_hash = @email";

    /// <summary>Computes the current state of a row: lost attempts count as failures, and old failures are disregarded.</summary>
    private static string Count(string pending) => $"""
        (SELECT *, {IsBlocked} AS is_blocked,
            least(greatest(1, 5 - failures), CASE WHEN a.network = '' THEN {MaxConsecutive} - in_a_row END) AS room,
            CASE WHEN {IsBlocked} THEN @now + {LockoutDuration} WHEN failures >= 5 THEN failed_at + greatest(
                least(60, 2 ^ least(failures - 5, 6)) * interval '1 second',
                CASE WHEN {IsLocked} THEN {LockoutDuration} END) END AS opens_at
        FROM (SELECT live,
                CASE WHEN a.failed_at <= @forgotten THEN 0 ELSE a.failures END + cardinality(lost) AS failures,
                a.in_a_row + cardinality(lost) AS in_a_row,
                {Newest("a.recent_failures || lost")} AS recent_failures,
                greatest(a.failed_at, (SELECT max(at) FROM unnest(lost) AS at)) AS failed_at
            FROM (SELECT array(SELECT at FROM unnest({pending}) AS at WHERE at <= @lost) AS lost,
                array(SELECT at FROM unnest({pending}) AS at WHERE at > @lost) AS live) AS begun) AS counted) AS count
        """;

    private static string Newest(string times) =>
        $"array(SELECT at FROM (SELECT at FROM unnest({times}) AS at ORDER BY at DESC LIMIT 10) AS newest ORDER BY at)";
}
