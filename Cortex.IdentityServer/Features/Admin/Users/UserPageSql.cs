using Cortex.IdentityServer.Identity.Users;
using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>The SQL of one page of users.</summary>
/// <remarks>
/// The indexes <c>ix_users_by_created</c> and <c>ix_users_by_email</c> begin with tier, activity, and verification. Each combination of them that the filter
/// allows (twelve, without a filter) is an arm: a range of the index, already in the page's order. PostgreSQL merges the arms and reads no more rows than
/// the page has, so that the time doesn't depend on the filter, the page, or the number of users. Two cases differ: a role, which has few members, and a
/// search by email in order of time, which sorts its matches if they are few and scans users in order of time if they are many.
/// Limits are literals and not parameters: without the number, PostgreSQL expects a tenth of the table, never reuses a plan for a large table, and spends
/// more time on planning the arms each time than on running them.
/// </remarks>
internal sealed class UserPageSql(UserFilter filter, UserOrder order, string[] tiers, UserCursor? after, int limit)
{
    /// <summary>The maximum number of matches of a search that are sorted.</summary>
    internal const int MaxSortedMatches = 5_000;

    /// <summary>The number of users that a page scans when it looks for matches in order of time.</summary>
    internal const int ScannedUsers = 3_000;

    private const int MaxTierArms = 16;

    /// <summary>The columns that an arm reads, so that the page needs no join back to the table.</summary>
    private const string Columns = "id, email, subscription_tier, is_active, is_verified, two_factor_enabled, created_at, updated_at";

    // These must equal the expressions of the indexes in the migrations.
    private const string Tier = "coalesce(subscription_tier, 'free')";
    private const string IsActive = "coalesce(is_active, true)";
    private const string IsVerified = "coalesce(is_verified, false)";
    private const string Created = "coalesce(created_at, '-infinity')";
    private const string Email = AccountByEmail.Folded;

    /// <summary>A prefix match as a range of the index; U+10FFFF is the last code point.</summary>
    private const string Matches = $"{Email} >= cortex_fold_email(@prefix) AND {Email} < cortex_fold_email(@prefix) || chr(1114111)";

    private readonly string _direction = order.IsDescending ? "DESC" : "ASC";

    /// <summary>The statement that reads a page.</summary>
    public string Page => SelectUsers($"SELECT *, false AS is_end FROM ({Rows}) AS found ORDER BY {OrderOf("key")} LIMIT {limit}");

    /// <summary>Whether a search by email has more matches than are sorted.</summary>
    public string HasManyMatches => $"SELECT count(*) > {MaxSortedMatches} FROM ({UnorderedMatches(null)} LIMIT {MaxSortedMatches + 1}) AS found";

    /// <summary>A page of a search with many matches: the matches among the scanned users, followed by the last scanned user if there may be more.</summary>
    /// <remarks>This is one statement with one snapshot. A second statement could find a different last user and skip the matches in between.</remarks>
    public string Scan => $"""
        WITH scanned AS MATERIALIZED (SELECT * FROM ({Arms(ScannedUsers, After)}) AS arms ORDER BY {OrderOf("key")} LIMIT {ScannedUsers})
        {SelectUsers($"""
            (SELECT *, false AS is_end FROM scanned WHERE {Matches} ORDER BY {OrderOf("key")} LIMIT {limit})
            UNION ALL
            (SELECT *, true FROM scanned ORDER BY {OrderOf("key")} OFFSET {ScannedUsers - 1})
            """)}, is_end
        """;

    /// <summary>The rows that a page is taken from.</summary>
    private string Rows =>
        filter.Role is not null ? $"""
            SELECT {Columns}, {Key} AS key FROM users JOIN ({Members}) AS member USING (id) WHERE {All(UserSql.Exists, Filter, Prefix, After)}
            """
        : filter.Email is null || order.ByEmail ? Arms(limit, Prefix, After)
        : UnorderedMatches(After);

    private string Key => order.ByEmail ? Email : Created;

    private string? Prefix => filter.Email is null ? null : Matches;

    private string? After => after is null ? null
        : order.ByEmail ? $"({Email}, id) {AfterOperator} (@email, @id)"
        : $"({Created}, id) {AfterOperator} (@created, @id)";

    private string AfterOperator => order.IsDescending ? "<" : ">";

    private static string Members => "SELECT user_id AS id FROM user_roles JOIN roles ON roles.id = role_id WHERE name = @role OFFSET 0";

    private string Filter => All(
        filter.Tier is null ? null : $"{Tier} = @tiers[1]", filter.IsActive is { } active ? $"{IsActive} = {Text(active)}" : null,
        filter.IsVerified is { } verified ? $"{IsVerified} = {Text(verified)}" : null);

    /// <summary>The conditions of the arms except for the tier. Tombstones are few, so it doesn't matter that the indexes contain them.</summary>
    private IEnumerable<string> StatusConditions =>
        from active in Allowed(filter.IsActive)
        from verified in Allowed(filter.IsVerified)
        select $"{IsActive} = {Text(active)} AND {IsVerified} = {Text(verified)} AND {UserSql.Exists}";

    /// <summary>Creates a command for one of these statements. Npgsql sends only the parameters that the statement names.</summary>
    public NpgsqlCommand Command(NpgsqlDataSource database, string text)
    {
        var command = database.CreateCommand(text);
        foreach (var (name, value, type) in new (string, object?, NpgsqlDbType)[]
        {
            ("tiers", tiers, NpgsqlDbType.Array | NpgsqlDbType.Varchar),
            ("prefix", filter.Email, NpgsqlDbType.Text),
            ("role", filter.Role, NpgsqlDbType.Text),
            ("email", after?.Email, NpgsqlDbType.Text),
            ("created", after?.Created, NpgsqlDbType.TimestampTz),
            ("id", after?.Id, NpgsqlDbType.Uuid),
        })
        {
            if (value is not null)
            {
                command.Parameters.Add(new() { ParameterName = name, Value = value, NpgsqlDbType = type });
            }
        }

        return command;
    }

    private string SelectUsers(string rows) => $"""
        SELECT id, email, {Tier}, {IsActive}, {IsVerified}, {UserSql.HasTwoFactor}, created_at, updated_at, {UserSql.Roles}, {Email},
            is_end, {Created}
        FROM ({rows}) AS users ORDER BY {OrderOf("key")}
        """;

    /// <summary>Returns the SQL of all matches of a search by email, unordered.</summary>
    private string UnorderedMatches(string? after) => string.Join(
        " UNION ALL ",
        from status in StatusConditions
        select $"SELECT {Columns}, {Created} AS key FROM users WHERE {All($"{Tier} = ANY (@tiers)", status, Matches, after)}");

    /// <summary>
    /// Returns the SQL with one arm per tier. If another program created hundreds of tiers, PostgreSQL loops over them instead, because planning an arm for
    /// each would take longer than running it.
    /// </summary>
    private string Arms(int count, params string?[] conditions) => tiers.Length <= MaxTierArms
        ? Arms(Enumerable.Range(1, tiers.Length).Select(tier => $"@tiers[{tier}]"), count, conditions)
        : $"SELECT arm.* FROM unnest(@tiers) AS kind (tier) CROSS JOIN LATERAL ({Arms(["kind.tier"], count, conditions)}) AS arm";

    private string Arms(IEnumerable<string> ofTiers, int count, string?[] conditions) => string.Join(
        " UNION ALL ",
        from tier in ofTiers
        from status in StatusConditions
        select $"(SELECT {Columns}, {Key} AS key FROM users WHERE {All([$"{Tier} = {tier}", status, .. conditions])} ORDER BY {OrderOf(Key)} LIMIT {count})");

    private string OrderOf(string key) => $"{key} {_direction}, id {_direction}";

    private static string All(params string?[] conditions) => string.Join(" AND ", conditions.OfType<string>().DefaultIfEmpty("true"));

    private static bool[] Allowed(bool? only) => only is { } value ? [value] : [true, false];

    private static string Text(bool value) => value ? "true" : "false";
}
