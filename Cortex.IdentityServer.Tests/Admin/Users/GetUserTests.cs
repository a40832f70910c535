using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin.Users;

/// <remarks>Staff can see what they need to help a user, but no credentials.</remarks>
public sealed class GetUserTests(CortexApp app) : IClassFixture<CortexApp>
{
    private static readonly string[] Fields =
    [
        "id", "email", "subscription_tier", "is_active", "is_verified", "two_factor_enabled", "created_at", "updated_at", "roles",
        "locked_until", "two_factor_locked_until", "passkeys", "active_sessions", "active_api_keys", "last_login_at", "login_blocked", "two_factor_blocked",
        "quota", "subscription",
    ];

    [Theory]
    [InlineData("admin")]
    [InlineData("support")]
    public async Task Staff_see_the_account_and_how_many_of_its_credentials_are_active(string role)
    {
        var (_, http) = await app.QuickStaffAsync(role);
        var person = await app.SignUpWithPasskeyAsync();
        await app.LogInAsync(person.User);
        await CortexApp.GenerateKeyAsync(person.Http);
        await app.SqlAsync("INSERT INTO api_keys (user_id, key_hash, is_active) VALUES ($1, $2, false)", person.User.Id, $"off {person.User.Id}");
        await app.GrantRoleAsync(person.User.Id, "support");

        var user = await http.DetailsAsync(person.User.Id);

        Assert.Equal(Fields, user.EnumerateObject().Select(field => field.Name));
        Assert.Equal(person.User.Id, user.GetProperty("id").GetGuid());
        Assert.Equal(person.User.Email, user.GetProperty("email").GetString());
        Assert.Equal("free", user.GetProperty("subscription_tier").GetString());
        Assert.Equal("""["support"]""", user.GetProperty("roles").GetRawText());
        Assert.Equal(1, user.GetProperty("passkeys").GetInt32());
        Assert.Equal(2, user.GetProperty("active_sessions").GetInt32());
        Assert.Equal(1, user.GetProperty("active_api_keys").GetInt32());
        Assert.InRange(app.Clock.GetUtcNow() - user.GetProperty("last_login_at").GetDateTimeOffset(), TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
        Assert.Equal(JsonValueKind.Null, user.GetProperty("locked_until").ValueKind);
        Assert.Equal(JsonValueKind.Null, user.GetProperty("two_factor_locked_until").ValueKind);
        Assert.False(user.GetProperty("login_blocked").GetBoolean());
        Assert.False(user.GetProperty("two_factor_blocked").GetBoolean());
    }

    [Fact]
    public async Task A_row_that_another_program_filled_with_NULLs_reads_as_the_defaults()
    {
        var (_, http) = await app.QuickStaffAsync();
        var user = await app.QuickUserAsync();
        await app.SqlAsync(
            "UPDATE users SET subscription_tier = NULL, is_active = NULL, is_verified = NULL, two_factor_enabled = NULL, created_at = NULL, security_stamp "
                + "= NULL WHERE id = $1", user.Id);

        var details = await http.DetailsAsync(user.Id);

        Assert.Equal("free", details.GetProperty("subscription_tier").GetString());
        Assert.True(details.GetProperty("is_active").GetBoolean());
        Assert.False(details.GetProperty("is_verified").GetBoolean());
        Assert.False(details.GetProperty("two_factor_enabled").GetBoolean());
        Assert.Equal(JsonValueKind.Null, details.GetProperty("created_at").ValueKind);
        Assert.Equal(JsonValueKind.Null, details.GetProperty("last_login_at").ValueKind);
    }

    [Fact]
    public async Task Lockouts_are_shown_until_they_expire()
    {
        var (_, http) = await app.QuickStaffAsync();
        var person = await app.SignUpWithTwoFactorAsync();
        await app.FailSecondStepAsync(person, 10);
        for (var time = 0; time < 5; time++)
        {
            await app.TryLogInAsync(person.User.Email.ToUpperInvariant(), "not the password");
        }

        var locked = await http.DetailsAsync(person.User.Id);
        Assert.Equal(TimeSpan.FromSeconds(1), TimeLeft(locked, "locked_until"));
        Assert.Equal(TimeSpan.FromMinutes(15), TimeLeft(locked, "two_factor_locked_until"));

        app.Clock.Advance(TimeSpan.FromSeconds(1));
        var later = await http.DetailsAsync(person.User.Id);
        Assert.Equal(JsonValueKind.Null, later.GetProperty("locked_until").ValueKind);
        Assert.Equal(TimeSpan.FromMinutes(15) - TimeSpan.FromSeconds(1), TimeLeft(later, "two_factor_locked_until"));

        app.Clock.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(JsonValueKind.Null, (await http.DetailsAsync(person.User.Id)).GetProperty("two_factor_locked_until").ValueKind);
    }

    /// <remarks>The tag only has to change with what can be edited.</remarks>
    [Fact]
    public async Task The_entity_tag_survives_a_login_but_no_change_of_the_account_or_its_roles()
    {
        var (_, http) = await app.QuickStaffAsync();
        var user = await app.QuickUserAsync();
        var first = await http.EntityTagAsync(user.Id);

        await app.LogInAsync(user);
        Assert.Equal(first, await http.EntityTagAsync(user.Id));

        await app.SqlAsync("UPDATE users SET subscription_tier = 'pro' WHERE id = $1", user.Id);
        var second = await http.EntityTagAsync(user.Id);
        await app.GrantRoleAsync(user.Id, "support");
        var third = await http.EntityTagAsync(user.Id);

        Assert.Distinct([first, second, third]);
        Assert.All([first, second, third], tag => Assert.Matches("^\"[0-9a-f]+\"$", tag));
    }

    [Fact]
    public async Task An_unknown_id_is_not_found()
    {
        var (_, http) = await app.QuickStaffAsync();

        await (await http.FetchAsync(StaffSteps.PathOf(Guid.NewGuid()))).ShouldBeProblemAsync(404, "not_found");
        foreach (var id in new[] { "nobody", "0", "1e999", "..%2Fusers", "%F0%9F%94%91", "' OR 1=1--" })
        {
            await (await http.FetchAsync($"{Administrators.Users}/{id}")).ShouldBeProblemAsync(404, "not_found");
        }
    }

    /// <remarks>An attacker who takes over a staff account must not get every user's credentials.</remarks>
    [Fact]
    public async Task No_response_contains_a_hash_a_secret_or_a_token()
    {
        var (_, http) = await app.QuickStaffAsync();
        var person = await app.SignUpWithTwoFactorAsync();
        var (keyId, key) = await CortexApp.GenerateKeyAsync(person.Http);
        await app.SqlAsync("UPDATE users SET api_key = 'plain-key-of-' || id WHERE id = $1", person.User.Id);
        var rows = new[]
        {
            await app.SqlAsync("SELECT password_hash FROM users WHERE id = $1", person.User.Id),
            await app.SqlAsync("SELECT two_factor_secret FROM users WHERE id = $1", person.User.Id),
            await app.SqlAsync("SELECT security_stamp FROM users WHERE id = $1", person.User.Id),
            await app.SqlAsync("SELECT api_key FROM users WHERE id = $1", person.User.Id),
            await app.SqlAsync("SELECT key_hash FROM api_keys WHERE id = $1", keyId),
        };

        var answers = string.Join('\n', await Task.WhenAll(
            (await http.FetchAsync(StaffSteps.PathOf(person.User.Id))).TextAsync(),
            (await http.FetchAsync(StaffSteps.PathOf(person.User.Id, "/api-keys"))).TextAsync(),
            (await http.UpdateUserAsync(person.User.Id, new { subscription_tier = "pro" })).TextAsync()));

        Assert.Contains(keyId.ToString(), answers, StringComparison.Ordinal);
        Assert.All(rows, secret => Assert.DoesNotContain((string)secret!, answers, StringComparison.Ordinal));
        Assert.All([key, person.Secret, .. person.RecoveryCodes], secret => Assert.DoesNotContain(secret, answers, StringComparison.Ordinal));
        Assert.DoesNotContain("hash", answers, StringComparison.Ordinal);
    }

    private TimeSpan TimeLeft(JsonElement details, string field) =>
        TimeSpan.FromSeconds(Math.Round((details.GetProperty(field).GetDateTimeOffset() - app.Clock.GetUtcNow()).TotalSeconds, 3));
}
