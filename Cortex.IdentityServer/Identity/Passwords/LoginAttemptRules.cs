using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>The rules for one count of failed logins (decision 0007), as the SQL that decides and books in one statement.</summary>
/// <remarks>
/// An attempt is booked as pending before its password is looked at, and settled after. While there are fewer than five failures, as many may
/// be pending as would make five; later one at a time. So guesses at once get no further than guesses in a row. A hundred failures of strangers in a row end
/// their attempts, until the owner resets the password or an administrator unlocks the account (NIST SP 800-63B section 5.2.2).
/// Parameters: <c>@email</c> (hash), <c>@network</c>, <c>@now</c>, <c>@began</c> (of the attempt), <c>@lost</c> (pending since before then has
/// no outcome any more and counts as a failure), <c>@forgotten</c> (a last failure before then is forgotten).
/// </remarks>
internal static class LoginAttemptRules
{
    /// <summary>A process that died, or a statement that never came: far longer than a hash takes.</summary>
    public static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(30);

    public static readonly TimeSpan ForgottenAfter = TimeSpan.FromHours(24);

    private const int MaxConsecutive = FailedAttempts.MaxConsecutive;

    /// <summary>What strangers are told to wait after that, as after ten failures.</summary>
    private const string LockTime = "interval '15 minutes'";

    private static readonly string IsBlocked = $"a.network = '' AND in_a_row >= {MaxConsecutive}";

    /// <summary>Ten within fifteen minutes.</summary>
    private const string IsLocked = "cardinality(recent_failures) = 10 AND recent_failures[10] - recent_failures[1] <= interval '15 minutes'";

    /// <summary>
    /// Whether the strangers' failures in a row still count although the last was before <c>$1</c>, which is <see cref="ForgottenAfter"/> ago: a few for a
    /// month, ten and more for a year. The same whether the account exists or not, so that no count tells who is registered; and bounded, as anybody can make
    /// up emails.
    /// </summary>
    private const string IsKept =
        "network = '' AND in_a_row > 0 AND failed_at > $1 - CASE WHEN in_a_row < 10 THEN interval '29 days' ELSE interval '364 days' END";

    /// <summary>The rows that say nothing any more. Parameter: <c>$1</c>, which is <see cref="ForgottenAfter"/> ago.</summary>
    public const string Expired =
        "login_attempts WHERE (failed_at IS NULL OR failed_at <= $1) AND NOT EXISTS (SELECT FROM unnest(pending) AS at WHERE at > $1) AND NOT "
            + $"({IsKept})";

    private const string WithoutThis = "a.pending[:array_position(a.pending, @began) - 1] || a.pending[array_position(a.pending, @began) + 1:]";

    /// <summary>
    /// Writes down what <c>settled</c> did, with whose account it was (<c>@user</c>) and where it came from. A block is mailed to the owner, with
    /// <c>@notice</c>, until <c>@given_up</c>.
    /// </summary>
    private static readonly string Recorded = $"""
        recorded AS (
            {AuditInsert.Sql(
                "action", $"'{AuditLog.Failure}'", "(SELECT id FROM users WHERE id = @user)", "jsonb_build_object('reason', reason)", $"""
                FROM settled CROSS JOIN (VALUES
                    ('{AuditAction.LoginFailed}', 'wrong_password'), ('{AuditAction.LoginLocked}', 'too_many_failures'),
                    ('{AuditAction.LoginBlocked}', 'too_many_failures')) AS event(action, reason)
                WHERE (is_failed AND action = '{AuditAction.LoginFailed}') OR (is_locked AND action = '{AuditAction.LoginLocked}')
                    OR (is_blocked AND action = '{AuditAction.LoginBlocked}')
                """)}),
        notified AS (
            {OutboxInsert.Sql(
                $"'{MailKind.LoginBlocked}'", "users.id", "users.email", "FROM settled JOIN users ON users.id = @user WHERE is_blocked")})
        """;

    /// <summary>
    /// Books an attempt as pending if the rules allow one, and gives false. Gives true, once, if lost attempts bring the row of failures to a hundred:
    /// it settles those, refuses this attempt, and records and mails the block as <see cref="Fail"/> does. Gives no row if the attempt is refused for another
    /// reason.
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

    /// <summary>When the next attempt is allowed, if failures have made it wait.</summary>
    public static readonly string OpensAt = $"""
        SELECT opens_at FROM login_attempts AS a CROSS JOIN LATERAL {Count("a.pending")}
        WHERE email_hash = @email AND network = @network
        """;

    /// <summary>
    /// Until when logins have to wait (null where they needn't), how many failures are counted, over all networks together, and whether strangers may try no
    /// more.
    /// </summary>
    public static readonly string Waits = $"""
        SELECT max(opens_at) FILTER (WHERE opens_at > @now) AS locked_until, coalesce(sum(count.failures), 0)::integer AS failures,
            coalesce(bool_or(is_blocked), false) AS is_blocked
        FROM login_attempts AS a CROSS JOIN LATERAL {Count("a.pending")}
        WHERE email_hash = @email
        """;

    /// <summary>
    /// Settles a failure, once, and writes it down; gives what it did (<see cref="FailureEffect"/>). The one that blocks strangers is mailed to the owner.
    /// </summary>
    public static readonly string Fail = $"""
        WITH settled AS (
            UPDATE login_attempts AS a SET (failures, in_a_row, recent_failures, failed_at, pending) =
                (SELECT failures + 1, in_a_row + 1, {Newest("recent_failures || @now")}, @now, live FROM {Count(WithoutThis)})
            WHERE email_hash = @email AND network = @network AND @began = ANY(pending)
            RETURNING true AS is_failed, {IsLocked} AS is_locked, a.network = '' AND in_a_row = {MaxConsecutive} AS is_blocked),
        {Recorded}
        SELECT CASE WHEN is_blocked THEN {(int)FailureEffect.Blocked} WHEN is_locked THEN {(int)FailureEffect.Locked} ELSE {(int)FailureEffect.None} END
            FROM settled
        """;

    /// <summary>Settles a success, which forgets the failures.</summary>
    public static readonly string Succeed = $"""
        UPDATE login_attempts AS a SET failures = 0, in_a_row = 0, recent_failures = '{"{}"}', failed_at = NULL,
            pending = CASE WHEN @began = ANY(pending) THEN {WithoutThis} ELSE pending END
        WHERE email_hash = @email AND network = @network
        """;

    public const string Forgive = "DELETE FROM login_attempts WHERE email_hash = @email";

    /// <summary>What a row says now: what is lost counted as failed, what is old forgotten, and what follows from it.</summary>
    private static string Count(string pending) => $"""
        (SELECT *, {IsBlocked} AS is_blocked,
            least(greatest(1, 5 - failures), CASE WHEN a.network = '' THEN {MaxConsecutive} - in_a_row END) AS room,
            CASE WHEN {IsBlocked} THEN @now + {LockTime} WHEN failures >= 5 THEN failed_at + greatest(
                least(60, 2 ^ least(failures - 5, 6)) * interval '1 second',
                CASE WHEN {IsLocked} THEN {LockTime} END) END AS opens_at
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
