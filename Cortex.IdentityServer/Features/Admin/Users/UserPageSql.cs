using Cortex.IdentityServer.Identity.Users;
using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>The SQL of one page of users.</summary>
/// <remarks>
/// The indexes <c>ix_users_by_created</c> and <c>ix_users_by_email</c> begin with tier, activity and verification. Each combination of them that the filter
/// allows (twelve, without a filter) is an arm: a range of the index, already in the page's order. PostgreSQL merges the arms and reads no more rows than
/// the page has, so that no filter, no page and no number of users makes it slow. Two cases have a way of their own: a role, whose members are few,
/// and a search by email in order of time, whose matches are sorted if they are few, and looked for in order of time if they are many.
/// Limits are literals and not parameters: without the number, PostgreSQL expects a tenth of the table, never keeps the plan of a large table, and spends
/// more time on planning the arms each time than on running them.
/// </remarks>
internal sealed class UserPageSql(UserFilter filter, UserOrder order, string[] tiers, UserCursor? after, int limit)
{
    /// <summary>Matches of a search that are sorted at once.</summary>
    internal const int MostSorted = 5_000;

    /// <summary>Users that a page looks at where it looks for matches in order of time.</summary>
    internal const int MostWalked = 3_000;

    private const int MostTiers = 16;

    /// <summary>What an arm reads, so that the page needs no second look at the table.</summary>
    private const string Columns = "id, email, subscription_tier, is_active, is_verified, two_factor_enabled, created_at, updated_at";

    // Word for word as the migration's indexes have them.
    private const string Tier = "coalesce(subscription_tier, 'free')";
    private const string IsActive = "coalesce(is_active, true)";
    private const string IsVerified = "coalesce(is_verified, false)";
    private const string Created = "coalesce(created_at, '-infinity')";
    private const string Email = AccountByEmail.Folded;

    /// <summary>U+10FFFF, after which no character comes.</summary>
    private const string Matches = $"{Email} >= cortex_fold_email(@prefix) AND {Email} < cortex_fold_email(@prefix) || chr(1114111)";

    private readonly string _direction = order.IsDescending ? "DESC" : "ASC";

    /// <summary>The page.</summary>
    public string Page => Show($"SELECT *, false AS is_end FROM ({Rows}) AS found ORDER BY {Sorted("key")} LIMIT {limit}");

    /// <summary>Whether more match a search by email than are sorted at once.</summary>
    public string ManyMatch => $"SELECT count(*) > {MostSorted} FROM ({Found(null)} LIMIT {MostSorted + 1}) AS found";

    /// <summary>The page of a search that many match, of the users that are looked at for it; at its end the last of those, if there may be more.</summary>
    /// <remarks>One statement: seen at another moment, that user might be another one, and what is between them would be left out.</remarks>
    public string Walk => $"""
        WITH walked AS MATERIALIZED (SELECT * FROM ({Arms(MostWalked, After)}) AS arms ORDER BY {Sorted("key")} LIMIT {MostWalked})
        {Show($"""
            (SELECT *, false AS is_end FROM walked WHERE {Matches} ORDER BY {Sorted("key")} LIMIT {limit})
            UNION ALL
            (SELECT *, true FROM walked ORDER BY {Sorted("key")} OFFSET {MostWalked - 1})
            """)}, is_end
        """;

    /// <summary>Those that a page is taken from.</summary>
    private string Rows =>
        filter.Role is not null ? $"SELECT {Columns}, {Key} AS key FROM users JOIN ({Members}) AS member USING (id) WHERE {All(Filter, Prefix, After)}"
        : filter.Email is null || order.ByEmail ? Arms(limit, Prefix, After)
        : Found(After);

    private string Key => order.ByEmail ? Email : Created;

    private string? Prefix => filter.Email is null ? null : Matches;

    private string? After => after is null ? null
        : order.ByEmail ? $"({Email}, id) {Beyond} (@email, @id)"
        : $"({Created}, id) {Beyond} (@created, @id)";

    private string Beyond => order.IsDescending ? "<" : ">";

    private static string Members => "SELECT user_id AS id FROM user_roles JOIN roles ON roles.id = role_id WHERE name = @role OFFSET 0";

    private string Filter => All(
        filter.Tier is null ? null : $"{Tier} = @tiers[1]", filter.IsActive is { } active ? $"{IsActive} = {Text(active)}" : null,
        filter.IsVerified is { } verified ? $"{IsVerified} = {Text(verified)}" : null);

    /// <summary>The conditions of the arms, but for the tier.</summary>
    private IEnumerable<string> Standings =>
        from active in Allowed(filter.IsActive)
        from verified in Allowed(filter.IsVerified)
        select $"{IsActive} = {Text(active)} AND {IsVerified} = {Text(verified)}";

    /// <summary>A command of one of these texts, with the values that it names.</summary>
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
            if (value is not null && text.Contains("@" + name, StringComparison.Ordinal))
            {
                command.Parameters.Add(new() { ParameterName = name, Value = value, NpgsqlDbType = type });
            }
        }

        return command;
    }

    private string Show(string rows) => $"""
        SELECT id, email, {Tier}, {IsActive}, {IsVerified}, {UserSql.HasTwoFactor}, created_at, updated_at, {UserSql.Roles}, {Email},
            is_end, {Created}
        FROM ({rows}) AS users ORDER BY {Sorted("key")}
        """;

    /// <summary>All who match a search by email, in no order.</summary>
    private string Found(string? after) => string.Join(
        " UNION ALL ",
        Standings.Select(standing => $"SELECT {Columns}, {Created} AS key FROM users WHERE {All($"{Tier} = ANY (@tiers)", standing, Matches, after)}"));

    /// <summary>
    /// Tiers that some other program made by the hundred are gone through by PostgreSQL, as a statement with an arm for each would take longer to plan than to
    /// run.
    /// </summary>
    private string Arms(int most, params string?[] conditions) => tiers.Length <= MostTiers
        ? Arms(Enumerable.Range(1, tiers.Length).Select(tier => $"@tiers[{tier}]"), most, conditions)
        : $"SELECT arm.* FROM unnest(@tiers) AS kind (tier) CROSS JOIN LATERAL ({Arms(["kind.tier"], most, conditions)}) AS arm";

    private string Arms(IEnumerable<string> ofTiers, int most, string?[] conditions) => string.Join(
        " UNION ALL ",
        from tier in ofTiers
        from standing in Standings
        select $"(SELECT {Columns}, {Key} AS key FROM users WHERE {All([$"{Tier} = {tier}", standing, .. conditions])} ORDER BY {Sorted(Key)} LIMIT {most})");

    private string Sorted(string key) => $"{key} {_direction}, id {_direction}";

    private static string All(params string?[] conditions) => string.Join(" AND ", conditions.OfType<string>().DefaultIfEmpty("true"));

    private static bool[] Allowed(bool? only) => only is { } value ? [value] : [true, false];

    private static string Text(bool value) => value ? "true" : "false";
}
