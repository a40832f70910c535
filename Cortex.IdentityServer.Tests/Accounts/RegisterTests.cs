using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Accounts;

public sealed class RegisterTests(ConfiguredCostApp app) : IClassFixture<ConfiguredCostApp>
{
    private const string Route = "/api/v1/auth/register";
    private const string Password = TestUser.DefaultPassword;

    [Fact]
    public async Task Registration_returns_the_eight_fields_of_the_new_user()
    {
        var email = app.NewEmail();

        var response = await app.Anonymous().PostAsync(Route, new { email, password = Password });

        var user = await response.JsonAsync(HttpStatusCode.Created);
        Assert.Equal(
            ["id", "email", "subscription_tier", "is_active", "is_verified", "two_factor_enabled", "created_at", "updated_at"],
            user.EnumerateObject().Select(field => field.Name));
        Assert.NotEqual(Guid.Empty, user.GetProperty("id").GetGuid());
        Assert.Equal(email, user.GetProperty("email").GetString());
        Assert.Equal("free", user.GetProperty("subscription_tier").GetString());
        Assert.True(user.GetProperty("is_active").GetBoolean());
        Assert.False(user.GetProperty("is_verified").GetBoolean());
        Assert.False(user.GetProperty("two_factor_enabled").GetBoolean());
        Assert.EndsWith("Z", user.GetProperty("created_at").GetString(), StringComparison.Ordinal);
        Assert.EndsWith("Z", user.GetProperty("updated_at").GetString(), StringComparison.Ordinal);
        Assert.True(response.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task The_password_is_stored_as_a_bcrypt_hash_with_the_configured_cost()
    {
        var user = await app.RegisterAsync();

        Assert.StartsWith("$2b$10$", (string?)await app.SqlAsync("SELECT password_hash FROM users WHERE id = $1", user.Id), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("nobody")]
    [InlineData("@example.com")]
    [InlineData("nobody@")]
    [InlineData("nobody@localhost")]
    [InlineData("no body@example.com")]
    [InlineData("one@two@example.com")]
    [InlineData("nobody@exa mple.com")]
    [InlineData("nobody@example..com")]
    [InlineData("nobody@127.0.0.1")]
    [InlineData("nobody\0@example.com")]
    [InlineData("nobody@example.com\r\nbcc: all@example.com")]
    [InlineData("nobody\u200B@example.com")]
    [InlineData("nobody＠example.com")]
    [InlineData("ｎobody@example.com")]
    [InlineData("nobody@example。com")]
    [InlineData("nobody\uFFFE@example.com")]
    public async Task An_invalid_email_is_refused(string email)
    {
        var problem = await (await app.Anonymous().PostAsync(Route, new { email, password = Password })).ShouldBeProblemAsync(400, "validation_failed");

        Assert.NotEqual("", problem.GetProperty("errors").GetProperty("email")[0].GetString());
    }

    [Fact]
    public async Task An_email_has_at_most_254_characters()
    {
        var domain = string.Join('.', Enumerable.Repeat(new string('d', 62), 3)) + ".com";
        var longest = new string('a', 254 - 1 - domain.Length) + "@" + domain;

        await app.RegisterAsync(longest);

        foreach (var tooLong in new[] { "a" + longest, new string('a', 300) + "@example.com", new string('a', 10_000) + "@example.com" })
        {
            var problem = await (await app.Anonymous().PostAsync(Route, new { email = tooLong, password = Password }))
                .ShouldBeProblemAsync(400, "validation_failed");
            Assert.Equal(["email"], problem.GetProperty("errors").EnumerateObject().Select(field => field.Name));
        }
    }

    [Theory]
    [InlineData("{}", "email", "password")]
    [InlineData("""{"email": "x@example.com"}""", "password")]
    [InlineData("""{"email": "x@example.com", "password": ""}""", "password")]
    [InlineData("""{"email": "x@example.com", "password": null}""", "password")]
    [InlineData("""{"email": "x@example.com", "password": 12345678}""", "password")]
    [InlineData("""{"email": "x@example.com", "password": ["a", "b"]}""", "password")]
    [InlineData("""{"email": null, "password": "correct horse battery staple"}""", "email")]
    [InlineData("""{"email": {"$ne": ""}, "password": "correct horse battery staple"}""", "email")]
    [InlineData("""{"password": "correct horse battery staple"}""", "email")]
    public async Task A_field_that_is_missing_or_of_the_wrong_type_is_named(string body, params string[] fields)
    {
        var problem = await (await app.Anonymous().PostTextAsync(Route, body)).ShouldBeProblemAsync(400, "validation_failed");

        Assert.Equal(fields, problem.GetProperty("errors").EnumerateObject().Select(field => field.Name).Order());
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{\"email\":")]
    [InlineData("{\"email\": \"a@example.com\", \"email\": \"b@example.com\", \"password\": \"correct horse battery staple\"}")]
    public async Task A_malformed_body_is_refused(string body) =>
        await (await app.Anonymous().PostTextAsync(Route, body)).ShouldBeProblemAsync(400, "malformed_request");

    [Theory]
    [InlineData("\\ud800@example.com", "correct horse battery staple")]
    [InlineData("half@example.com", "half a character \\ud83d")]
    public async Task An_unpaired_surrogate_is_refused(string email, string password)
    {
        var response = await app.Anonymous().PostTextAsync(Route, $$"""{"email": "{{email}}", "password": "{{password}}"}""");

        await response.ShouldBeAsync(HttpStatusCode.BadRequest);
    }

    /// <remarks>Registration accepts only its own fields, so users can't grant themselves rights (OWASP ASVS 15.3.3).</remarks>
    [Theory]
    [InlineData("role")]
    [InlineData("roles")]
    [InlineData("is_admin")]
    [InlineData("isAdmin")]
    [InlineData("id")]
    [InlineData("is_verified")]
    [InlineData("is_active")]
    [InlineData("emailConfirmed")]
    [InlineData("two_factor_enabled")]
    [InlineData("lockoutEnd")]
    [InlineData("subscription_tier")]
    [InlineData("security_stamp")]
    [InlineData("password_hash")]
    [InlineData("Email")]
    [InlineData("__proto__")]
    public async Task An_unknown_field_is_refused_and_no_account_is_created(string field)
    {
        var email = app.NewEmail();
        var body = new Dictionary<string, object> { ["email"] = email, ["password"] = Password, [field] = "true" };

        await (await app.Anonymous().PostTextAsync(Route, JsonSerializer.Serialize(body))).ShouldBeProblemAsync(400, "unknown_field");

        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM users WHERE email = $1", email));
    }

    /// <remarks>Without this, an attacker could register an address that looks like another user's (GHSA-7rqj-j65f-68wh).</remarks>
    [Theory]
    [InlineData("Zoë.One@example.com", "Zoë.One@example.com")]
    [InlineData("two.case@example.com", "TWO.Case@Example.COM")]
    [InlineData("three.spaces@example.com", "  three.spaces@example.com ")]
    [InlineData("fo\u00FCr@example.com", "fou\u0308r@example.com")]
    [InlineData("f\u00EEve@example.com", "F\u00CEVE@example.com")]
    public async Task Every_spelling_of_a_taken_email_is_taken(string first, string second)
    {
        await app.RegisterAsync(first);

        await (await app.Anonymous().PostAsync(Route, new { email = second, password = "another good password" })).ShouldBeProblemAsync(409, "email_taken");

        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM users WHERE lower(email) = lower($1)", first));
    }

    [Fact]
    public async Task The_case_of_an_email_is_kept_but_surrounding_spaces_are_trimmed()
    {
        var user = await (await app.Anonymous().PostAsync(Route, new { email = " Some.One@Example.com ", password = Password }))
            .JsonAsync(HttpStatusCode.Created);

        Assert.Equal("Some.One@Example.com", user.GetProperty("email").GetString());
    }

    [Fact]
    public async Task Neither_email_nor_password_is_logged()
    {
        const string secret = "a password to look for in the log";
        var user = await app.RegisterAsync("not.in.the.log@example.com", secret);
        await app.LogInAsync(user);

        Assert.DoesNotContain(secret, app.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(user.Email, app.Log, StringComparison.Ordinal);
    }

    /// <remarks>A default account is an open door (OWASP ASVS 6.3.2).</remarks>
    [Fact]
    public async Task A_new_database_has_no_default_account()
    {
        foreach (var email in new[] { "admin@example.com", "root@localhost", "test@test.com", "admin" })
        {
            await (await app.Anonymous().PostAsync("/api/v1/auth/login", new { email, password = "admin" })).ShouldBeProblemAsync(401, "invalid_credentials");
        }
    }
}
