using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data;

/// <remarks>Deleting an account deletes everything that belongs to it, whichever program deletes it.</remarks>
public sealed class CascadeTests(CortexApp app) : IClassFixture<CortexApp>
{
    /// <summary>Excludes the audit log, which records that the user existed, and emails that are being sent.</summary>
    private const string TablesWithUsers = """
        SELECT table_name::text FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
        WHERE table_schema = 'public' AND column_name = 'user_id' AND table_type = 'BASE TABLE' AND table_name NOT LIKE 'audit_events%'
            AND table_name <> 'outbox_mails' ORDER BY 1
        """;

    [Fact]
    public async Task A_user_deleted_by_SQL_is_removed_from_every_table()
    {
        var gone = await FullUserAsync();
        var kept = await FullUserAsync();

        // The clock has moved since the first user was created, so the user's usage has left usage_deltas.
        await app.SqlAsync("INSERT INTO usage_logs (user_id, endpoint) SELECT id, '/y' FROM unnest($1) AS id", new[] { gone, kept });
        var tables = await TablesAsync();
        Assert.Superset(
            new HashSet<string>
            {
                "api_keys", "usage_logs",
                "usage_deltas", "usage_quarters", "usage_days", "usage_months", "usage_names", "usage_notices", "billing_events", "billing_accounts",
                "billing_customers", "billing_meter_events", "billing_meter_hours", "billing_subscriptions", "billing_sweeps", "sessions",
                "recovery_codes", "passkeys", "user_roles", "one_time_tokens", "login_devices",
            }, tables.ToHashSet());
        foreach (var table in tables)
        {
            Assert.True(await CountAsync(table, gone) > 0, $"{table} holds nothing of the user, so the test says nothing of it");
        }

        await app.SqlAsync("DELETE FROM users WHERE id = $1", gone);

        foreach (var table in tables)
        {
            Assert.Equal(0, await CountAsync(table, gone));
            Assert.True(await CountAsync(table, kept) > 0, $"{table} lost a row of somebody else");
        }
    }

    [Fact]
    public async Task Usage_is_kept_when_its_key_is_deleted()
    {
        var user = await FullUserAsync();

        await app.SqlAsync("DELETE FROM api_keys WHERE user_id = $1", user);

        Assert.Equal(1, await CountAsync("usage_logs", user));
        Assert.Equal(DBNull.Value, await app.SqlAsync("SELECT api_key_id FROM usage_logs WHERE user_id = $1", user));
    }

    /// <summary>Creates a user with a row in every table that references users.</summary>
    private async Task<Guid> FullUserAsync()
    {
        var with2fa = await app.SignUpWithTwoFactorAsync();
        var id = with2fa.User.Id;
        var (keyId, _) = await CortexApp.GenerateKeyAsync(with2fa.Http);
        await (await app.Anonymous().PostAsync("/api/v1/auth/login", new { email = with2fa.User.Email, password = with2fa.User.Password }))
            .ShouldBeProblemAsync(401, "two_factor_required");
        await app.SqlAsync("INSERT INTO active_users(user_id, day) VALUES ($1, '2026-11-26') ON CONFLICT DO NOTHING", id);
        await app.SqlAsync("INSERT INTO usage_logs(user_id, api_key_id, endpoint) VALUES ($1, $2, '/x')", id, keyId);
        await app.SqlAsync("INSERT INTO usage_quarters SELECT $1, now(), $1, '/x', '', 2, 1, 0, 0, 0, 0", id);
        await app.SqlAsync("INSERT INTO usage_days SELECT $1, now(), $1, '/x', '', 2, 1, 0, 0, 0, 0", id);
        await app.SqlAsync("INSERT INTO usage_months SELECT $1, now(), $1, 1, 0, 0, 0, 0", id);
        await app.SqlAsync("INSERT INTO usage_names SELECT $1, now(), 'e', '/x'", id);
        await app.SqlAsync("INSERT INTO usage_notices SELECT $1, $1, now(), 'requests', 80, now()", id);
        await app.SqlAsync("INSERT INTO billing_events(user_id, event_type, polar_event_id) VALUES ($1, 'x', $2)", id, id.ToString());
        await app.SqlAsync("INSERT INTO billing_customers SELECT $1::text, $1, NULL, now()", id);
        await app.SqlAsync("INSERT INTO billing_accounts SELECT $1, 'free', NULL, '', now()", id);
        await app.SqlAsync(
            "INSERT INTO billing_subscriptions (id, user_id, customer_id, product_id, status, said_at, said_by, created_at) "
                + "SELECT $1::text, $1, 'x', 'x', 'active', now(), 'x', now()",
            id);
        await app.SqlAsync("INSERT INTO billing_sweeps SELECT $1, now()", id);
        await app.SqlAsync("INSERT INTO billing_meter_hours SELECT $1, now(), 'x', 1, 0, 0", id);
        await app.SqlAsync(
            "INSERT INTO billing_meter_events (user_id, hour, provider, number, external_id, requests, tokens_used, cost_micros, created_at) "
                + "SELECT $1, now(), 'x', 1, $1::text, 1, 0, 0, now()",
            id);
        await app.SqlAsync(
            "INSERT INTO passkeys VALUES (gen_random_uuid(), $1, decode(md5($1::text), 'hex'), 'x', '', 0, '{}', false, false, false, '', '', now())", id);
        await app.SqlAsync("INSERT INTO passkey_challenges VALUES (gen_random_uuid(), $1, 'x', '{}', now())", id);
        await app.SqlAsync("INSERT INTO roles(name, normalized_name) VALUES ('admin', 'ADMIN') ON CONFLICT DO NOTHING");
        await app.SqlAsync("INSERT INTO user_roles(user_id, role_id) SELECT $1, id FROM roles WHERE normalized_name = 'ADMIN'", id);
        return id;
    }

    private async Task<long> CountAsync(string table, Guid user) => (long)(await app.SqlAsync($"SELECT count(*) FROM {table} WHERE user_id = $1", user))!;

    private async Task<List<string>> TablesAsync()
    {
        await using var source = NpgsqlDataSource.Create(app.ConnectionString);
        await using var command = source.CreateCommand(TablesWithUsers);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var tables = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            tables.Add(reader.GetString(0));
        }

        return tables;
    }
}
