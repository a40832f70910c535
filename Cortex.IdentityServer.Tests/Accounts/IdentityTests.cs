using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Identity.Passwords.Hashing;
using Cortex.IdentityServer.Identity.Users;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Accounts;

/// <summary>ASP.NET Core Identity's managers work with the documented tables, as administration uses them.</summary>
public sealed class IdentityTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Auditor = "auditor";

    [Fact]
    public async Task A_role_granted_through_the_managers_is_in_the_next_token()
    {
        var user = await app.RegisterAsync();
        await using (var scope = app.Services.CreateAsyncScope())
        {
            var users = scope.ServiceProvider.GetRequiredService<UserManager<User>>();
            var roles = scope.ServiceProvider.GetRequiredService<RoleManager<Role>>();
            Assert.True((await roles.CreateAsync(new Role { Name = Auditor })).Succeeded);
            var found = await users.FindByEmailAsync(user.Email.ToUpperInvariant());

            Assert.True((await users.AddToRoleAsync(found!, Auditor)).Succeeded);

            Assert.Equal([Auditor], await users.GetRolesAsync(found!));
        }

        var tokens = await app.LogInAsync(user);
        var payload = JsonDocument.Parse(Microsoft.IdentityModel.Tokens.Base64UrlEncoder.Decode(tokens.AccessToken.Split('.')[1])).RootElement;
        Assert.Equal([Auditor], payload.GetProperty("roles").EnumerateArray().Select(role => role.GetString()));
    }

    [Fact]
    public async Task An_update_writes_only_changed_columns_and_never_overwrites_a_concurrent_change()
    {
        var user = await app.RegisterAsync();
        await using var scope = app.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<User>>();
        var found = await users.FindByEmailAsync(user.Email);
        found!.SubscriptionTier = "pro";
        await app.SqlAsync("UPDATE users SET is_verified = true WHERE id = $1", user.Id);

        var late = await users.UpdateAsync(found);

        Assert.Contains(late.Errors, error => error.Code == nameof(IdentityErrorDescriber.ConcurrencyFailure));
        Assert.Equal("free", await app.SqlAsync("SELECT subscription_tier FROM users WHERE id = $1 AND is_verified", user.Id));
    }

    [Fact]
    public async Task An_account_with_an_address_that_is_no_longer_accepted_can_still_be_managed_and_used()
    {
        await app.SqlAsync(
            "INSERT INTO users (email, password_hash) VALUES ('root@localhost', $1)", PasswordHash.Create(TestUser.DefaultPassword, 4, new ManagedBcrypt()));
        await using (var scope = app.Services.CreateAsyncScope())
        {
            var users = scope.ServiceProvider.GetRequiredService<UserManager<User>>();
            var found = await users.FindByEmailAsync("root@localhost");
            found!.SubscriptionTier = "pro";

            Assert.True((await users.UpdateAsync(found)).Succeeded);
        }

        var answer = await app.Anonymous().PostAsync("/api/v1/auth/login", new { email = "root@localhost", password = TestUser.DefaultPassword });
        await answer.ShouldBeAsync(HttpStatusCode.OK);
    }
}
