using System.Net;
using Cortex.IdentityServer.Tests.Accounts;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin.Users;

/// <remarks>An administrator creates an account but never knows its password (OWASP ASVS 6.4.6).</remarks>
public sealed class CreateUserTests(CortexApp app) : IClassFixture<CortexApp>
{
    private static readonly string[] Fields =
        ["id", "email", "subscription_tier", "is_active", "is_verified", "two_factor_enabled", "created_at", "updated_at", "roles"];

    [Fact]
    public async Task The_account_is_created_as_requested()
    {
        var (admin, http) = await app.QuickStaffAsync();
        var email = "Ada." + app.NewEmail();

        var answer = await http.PostAsync(
            Administrators.Users, new { email, subscription_tier = "pro", is_verified = true, roles = new[] { "support", "admin", "support" } });

        var user = await answer.JsonAsync(HttpStatusCode.Created);
        var id = user.GetProperty("id").GetGuid();
        Assert.Equal(Fields, user.EnumerateObject().Select(field => field.Name));
        Assert.Equal(StaffSteps.PathOf(id), answer.Headers.Location!.ToString());
        Assert.Equal(await http.EntityTagAsync(id), answer.Headers.ETag!.ToString());
        Assert.Equal(email, user.GetProperty("email").GetString());
        Assert.Equal("pro", user.GetProperty("subscription_tier").GetString());
        Assert.True(user.GetProperty("is_active").GetBoolean());
        Assert.True(user.GetProperty("is_verified").GetBoolean());
        Assert.Equal("""["admin","support"]""", user.GetProperty("roles").GetRawText());
        Assert.Equal("!", await app.SqlAsync("SELECT password_hash FROM users WHERE id = $1", id));

        var (actor, details) = await app.SingleEventAsync("user.created", id);
        Assert.Equal(admin.Id, actor);
        details.ShouldShowChange(
            """{"subscription_tier":null,"is_active":null,"is_verified":null,"roles":null}""",
            """{"subscription_tier":"pro","is_active":true,"is_verified":true,"roles":["admin","support"]}""");
    }

    [Fact]
    public async Task The_invitation_sets_the_first_password_and_verifies_the_email()
    {
        var (_, http) = await app.QuickStaffAsync();
        var email = app.NewEmail();
        await (await http.PostAsync(Administrators.Users, new { email })).ShouldBeAsync(HttpStatusCode.Created);
        Assert.Equal(HttpStatusCode.Unauthorized, await app.TryLogInAsync(email, "!"));

        await (await app.ResetAsync(await app.NewestTokenAsync(email, "invitation"))).ShouldBeAsync(HttpStatusCode.NoContent);

        var tokens = await app.LogInAsync(new(Guid.Empty, email, EmailSteps.NewPassword));
        var me = await (await app.WithToken(tokens.AccessToken).FetchAsync("/api/v1/auth/me")).JsonAsync(HttpStatusCode.OK);
        Assert.True(me.GetProperty("is_verified").GetBoolean());
        Assert.Equal("free", me.GetProperty("subscription_tier").GetString());
    }

    [Fact]
    public async Task A_taken_email_is_refused_in_any_letter_case_and_no_email_is_sent()
    {
        var (_, http) = await app.QuickStaffAsync();
        var taken = await app.QuickUserAsync();

        await (await http.PostAsync(Administrators.Users, new { email = taken.Email.ToUpperInvariant(), roles = new[] { "admin" } }))
            .ShouldBeProblemAsync(409, "email_taken");

        await app.WaitForEmailsAsync();
        Assert.Empty(await app.Mailbox.ForAsync(taken.Email, "invitation"));
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM user_roles WHERE user_id = $1", taken.Id));
    }

    [Fact]
    public async Task Of_sixteen_concurrent_requests_for_one_email_one_creates_the_account()
    {
        var (_, http) = await app.QuickStaffAsync();
        var email = app.NewEmail();

        var answers = await Concurrently.StatusesAsync(
            16, index => http.PostAsync(Administrators.Users, new { email = index % 2 == 0 ? email : email.ToUpperInvariant() }));

        Assert.Single(answers, HttpStatusCode.Created);
        Assert.Equal(15, answers.Count(status => status == HttpStatusCode.Conflict));
        await app.WaitForEmailsAsync();
        Assert.Single(await app.Mailbox.ForAsync(email, "invitation"));
    }

    [Theory]
    [InlineData("""{}""", "email")]
    [InlineData("""{"email":null}""", "email")]
    [InlineData("""{"email":""}""", "email")]
    [InlineData("""{"email":7}""", "email")]
    [InlineData("""{"email":"nobody"}""", "email")]
    [InlineData("""{"email":"a\u0000b@example.com"}""", "email")]
    [InlineData("""{"email":"victim＠example.com"}""", "email")]
    [InlineData("""{"email":"\ud800@example.com"}""", "email")]
    [InlineData("""{"email":"new@example.com","subscription_tier":"gold"}""", "subscription_tier")]
    [InlineData("""{"email":"new@example.com","subscription_tier":"Pro"}""", "subscription_tier")]
    [InlineData("""{"email":"new@example.com","subscription_tier":""}""", "subscription_tier")]
    [InlineData("""{"email":"new@example.com","is_verified":"yes"}""", "is_verified")]
    [InlineData("""{"email":"new@example.com","roles":["root"]}""", "roles")]
    [InlineData("""{"email":"new@example.com","roles":["Admin"]}""", "roles")]
    [InlineData("""{"email":"new@example.com","roles":["admin","root"]}""", "roles")]
    [InlineData("""{"email":"new@example.com","roles":[null]}""", "roles")]
    [InlineData("""{"email":"new@example.com","roles":["a\u0000"]}""", "roles")]
    [InlineData("""{"email":"new@example.com","roles":["\ud800"]}""", "roles")]
    [InlineData("""{"email":"new@example.com","roles":"admin"}""", "roles")]
    [InlineData("""{"email":"new@example.com","roles":[["admin"]]}""", "roles")]
    public async Task An_invalid_value_is_rejected_with_the_name_of_its_field_and_nothing_is_created(string body, string field)
    {
        var (_, http) = await app.QuickStaffAsync();

        var problem = await (await http.PostTextAsync(Administrators.Users, body)).ShouldBeProblemAsync(400, "validation_failed");

        Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM users WHERE email LIKE 'new@%'"));
    }

    /// <remarks>Staff can't choose passwords, and nobody can choose an ID (OWASP ASVS 6.4.6).</remarks>
    [Theory]
    [InlineData("password")]
    [InlineData("password_hash")]
    [InlineData("id")]
    [InlineData("is_admin")]
    [InlineData("is_active")]
    [InlineData("two_factor_secret")]
    public async Task Any_other_field_is_refused(string field)
    {
        var (_, http) = await app.QuickStaffAsync();

        await (await http.PostTextAsync(Administrators.Users, $$"""{"email":"new@example.com","{{field}}":"x"}""")).ShouldBeProblemAsync(400, "unknown_field");

        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM users WHERE email LIKE 'new@%'"));
    }

    [Fact]
    public async Task Support_cannot_create_accounts()
    {
        var (_, http) = await app.QuickStaffAsync("support");

        await (await http.PostAsync(Administrators.Users, new { email = "new@example.com" })).ShouldBeProblemAsync(403, "forbidden");
    }
}

/// <summary>If registration is closed, administrators create the accounts.</summary>
public sealed class CreateUserWhereRegistrationIsClosedTests(RegisterClosedTests.ClosedApp app) : IClassFixture<RegisterClosedTests.ClosedApp>
{
    [Fact]
    public async Task An_administrator_can_create_an_account()
    {
        var (_, http) = await app.QuickStaffAsync();

        await (await http.PostAsync(Administrators.Users, new { email = app.NewEmail() })).ShouldBeAsync(HttpStatusCode.Created);
    }
}
