using System.Diagnostics;
using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Accounts;

/// <summary>The passwords that registration accepts, each of which then works exactly as it was set.</summary>
public sealed class RegisterPasswordTests : IClassFixture<ConfiguredCostApp>
{
    private const string Route = "/api/v1/auth/register";
    private const string Emoji = "\U0001F511";

    private readonly ConfiguredCostApp _app;

    public RegisterPasswordTests(ConfiguredCostApp app)
    {
        _app = app;

        // An address may fail twenty times within five minutes, so each test gets its own window.
        app.Clock.Advance(TimeSpan.FromMinutes(6));
    }

    /// <remarks>A password needs at least 8 characters and must not be a common one (OWASP ASVS 6.2.1 and 6.2.4).</remarks>
    [Theory]
    [InlineData("x7!kQ2z")]
    [InlineData("password")]
    [InlineData("PassWord1!")]
    [InlineData("password12345678")]
    [InlineData("iloveyou")]
    [InlineData("12345678")]
    [InlineData("qwertyuiop")]
    [InlineData("aaaaaaaa")]
    [InlineData("cortexidentity1")]
    [InlineData("CortexMemory2026!")]
    [InlineData("somebody.new@example.com")]
    [InlineData("SOMEBODY.NEW@EXAMPLE.COM")]
    [InlineData("somebody.new")]
    [InlineData("Somebody.New")]
    public async Task A_password_that_is_easy_to_guess_is_refused_with_the_reason(string password)
    {
        var problem = await (await _app.Anonymous().PostAsync(Route, new { email = "somebody.new@example.com", password }))
            .ShouldBeProblemAsync(400, "weak_password");

        var reason = problem.GetProperty("errors").GetProperty("password")[0].GetString();
        Assert.Equal(reason, problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Seven_emoji_are_seven_characters() =>
        await (await _app.Anonymous().PostAsync(Route, new { email = _app.NewEmail(), password = "🐎🔋📎🔑🦄🌍🍀" }))
            .ShouldBeProblemAsync(400, "weak_password");

    /// <remarks>Every kind of character is allowed, and none is required (OWASP ASVS 6.2.5).</remarks>
    [Theory]
    [InlineData("zk8!qw4p")]
    [InlineData("correct horse battery staple")]
    [InlineData("  padded password  ")]
    [InlineData("Grüße aus Zürich")]
    [InlineData("пароль лошади")]
    [InlineData("正しい馬の電池の留め金")]
    [InlineData("🐎🔋📎🔑🦄🌍🍀🌈")]
    [InlineData("line\nbreak\tand tab")]
    [InlineData("                ")]
    public async Task A_password_with_any_characters_works_exactly_as_set(string password)
    {
        var user = await _app.RegisterAsync(password: password);

        await _app.LogInAsync(user);
        await ShouldFailAsync(user, password + " ", password.ToUpperInvariant() + "x");
    }

    /// <remarks>Passwords may have 64 to 256 characters, counted in code points (OWASP ASVS 6.2.9).</remarks>
    [Theory]
    [InlineData("a", 64)]
    [InlineData(Emoji, 64)]
    [InlineData("a", 256)]
    [InlineData(Emoji, 256)]
    public async Task All_characters_of_a_long_password_count(string character, int length)
    {
        var user = await _app.RegisterAsync(password: Repeat(character, length));

        await _app.LogInAsync(user);
        await ShouldFailAsync(user, Repeat(character, length - 1), Repeat(character, length - 1) + "b");
    }

    /// <remarks>bcrypt reads only 72 bytes, so a longer password is hashed with SHA-256 first (OWASP ASVS 6.2.8; CVE-2025-22228).</remarks>
    [Fact]
    public async Task A_password_is_not_truncated_at_72_bytes()
    {
        var password = new string('a', 80) + "X";
        var user = await _app.RegisterAsync(password: password);

        await _app.LogInAsync(user);
        await ShouldFailAsync(user, new string('a', 80) + "Y", password[..72], password[..73], password.ToUpperInvariant());
        Assert.StartsWith(
            "$bcrypt-sha256$v=2,t=2b,r=10$", (string?)await _app.SqlAsync("SELECT password_hash FROM users WHERE id = $1", user.Id), StringComparison.Ordinal);
    }

    /// <remarks>C strings end at a NUL, and so does the password in many implementations of bcrypt (OWASP ASVS 6.2.8).</remarks>
    [Fact]
    public async Task A_password_is_not_truncated_at_a_NUL()
    {
        var user = await _app.RegisterAsync(password: "longpassword\0AAA");

        await _app.LogInAsync(user);
        await ShouldFailAsync(user, "longpassword\0BBB", "longpassword", "longpassword\0");
    }

    [Fact]
    public async Task Unicode_is_not_normalized()
    {
        var user = await _app.RegisterAsync(password: "caf\u00E9 cr\u00E8me");

        await ShouldFailAsync(user, "cafe\u0301 cre\u0300me");
    }

    [Theory]
    [InlineData("a", 257)]
    [InlineData(Emoji, 257)]
    [InlineData("b", 20_000)]
    public async Task More_than_256_characters_are_refused(string character, int length)
    {
        var problem = await (await _app.Anonymous().PostAsync(Route, new { email = _app.NewEmail(), password = Repeat(character, length) }))
            .ShouldBeProblemAsync(400, "validation_failed");

        Assert.Equal(["password"], problem.GetProperty("errors").EnumerateObject().Select(field => field.Name));
    }

    /// <remarks>Compares the best of several times, because a busy machine can only slow a request down.</remarks>
    [Fact]
    public async Task More_than_256_characters_are_refused_without_hashing()
    {
        var http = _app.Anonymous();
        var hashed = await BestTimeAsync(5, () => http.PostAsync("/api/v1/auth/login", new { email = "nobody@example.com", password = "some password" }));
        var refused = await BestTimeAsync(
            15, () => http.PostAsync("/api/v1/auth/login", new { email = "nobody@example.com", password = new string('a', 257) }));

        Assert.True(refused < hashed / 2, $"refused in {refused}, a hash takes {hashed}");
    }

    private async Task ShouldFailAsync(TestUser user, params string[] passwords)
    {
        foreach (var password in passwords)
        {
            await (await _app.Anonymous().PostAsync("/api/v1/auth/login", new { email = user.Email, password })).ShouldBeAsync(
                password.EnumerateRunes().Count() > 256 ? HttpStatusCode.BadRequest : HttpStatusCode.Unauthorized);
        }
    }

    private static async Task<TimeSpan> BestTimeAsync(int times, Func<Task<HttpResponseMessage>> send)
    {
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < times; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await send();
            var elapsed = Stopwatch.GetElapsedTime(start);
            best = elapsed < best ? elapsed : best;
        }

        return best;
    }

    private static string Repeat(string character, int times) => string.Concat(Enumerable.Repeat(character, times));
}
