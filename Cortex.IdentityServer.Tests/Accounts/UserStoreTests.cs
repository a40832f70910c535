using Cortex.IdentityServer.Identity.Users;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Accounts;

/// <summary>The parts of ASP.NET Core Identity's own specification tests that apply to this user store.</summary>
public sealed class UserStoreTests(CortexApp app) : IClassFixture<CortexApp>, IAsyncDisposable
{
    private const string First = "a first password for it";
    private const string Second = "a second password for it";

    private readonly AsyncServiceScope _scope = app.Services.CreateAsyncScope();

    private UserManager<User> Users => _scope.ServiceProvider.GetRequiredService<UserManager<User>>();

    public ValueTask DisposeAsync() => _scope.DisposeAsync();

    [Fact]
    public async Task A_user_created_without_a_password_can_get_one_and_lose_it_again()
    {
        var user = new User { Email = app.NewEmail() };
        ShouldSucceed(await Users.CreateAsync(user));
        Assert.False(await Users.HasPasswordAsync(user));
        Assert.False(await Users.CheckPasswordAsync(user, ""));
        Assert.False(await Users.CheckPasswordAsync(user, User.NoPassword));

        ShouldSucceed(await Users.AddPasswordAsync(user, First));
        Assert.True(await Users.HasPasswordAsync(user));
        Assert.True(await Users.CheckPasswordAsync(user, First));
        Assert.Contains((await Users.AddPasswordAsync(user, Second)).Errors, error => error.Code == nameof(IdentityErrorDescriber.UserAlreadyHasPassword));

        ShouldSucceed(await Users.ChangePasswordAsync(user, First, Second));
        Assert.True(await Users.CheckPasswordAsync(user, Second));

        ShouldSucceed(await Users.RemovePasswordAsync(user));
        Assert.False(await Users.HasPasswordAsync(user));
        Assert.Equal(User.NoPassword, await app.SqlAsync("SELECT password_hash FROM users WHERE id = $1", user.Id));
    }

    [Fact]
    public async Task A_user_can_log_in_with_an_added_password()
    {
        var user = new User { Email = app.NewEmail() };
        ShouldSucceed(await Users.CreateAsync(user));
        ShouldSucceed(await Users.AddPasswordAsync(user, First));

        Assert.NotEmpty((await app.LogInAsync(new(user.Id, user.Email!, First))).AccessToken);
    }

    [Fact]
    public async Task A_change_of_password_second_factor_or_email_creates_a_new_security_stamp()
    {
        var user = new User { Email = app.NewEmail() };
        ShouldSucceed(await Users.CreateAsync(user));
        var stamps = new List<string> { await Users.GetSecurityStampAsync(user) };

        ShouldSucceed(await Users.AddPasswordAsync(user, First));
        stamps.Add(await Users.GetSecurityStampAsync(user));
        ShouldSucceed(await Users.SetTwoFactorEnabledAsync(user, true));
        stamps.Add(await Users.GetSecurityStampAsync(user));
        ShouldSucceed(await Users.SetEmailAsync(user, app.NewEmail()));
        stamps.Add(await Users.GetSecurityStampAsync(user));
        ShouldSucceed(await Users.RemovePasswordAsync(user));
        stamps.Add(await Users.GetSecurityStampAsync(user));

        Assert.Equal(stamps.Count, stamps.Distinct().Count());
        Assert.Equal(stamps[^1], await app.SqlAsync("SELECT security_stamp FROM users WHERE id = $1", user.Id));
        Assert.True(await Users.GetTwoFactorEnabledAsync(user));
    }

    [Fact]
    public async Task A_user_is_found_by_email_name_and_id_until_deleted()
    {
        var user = new User { Email = app.NewEmail() };
        ShouldSucceed(await Users.CreateAsync(user));

        Assert.Equal(user.Id, (await Users.FindByEmailAsync(user.Email.ToUpperInvariant()))?.Id);
        Assert.Equal(user.Id, (await Users.FindByNameAsync(user.Email))?.Id);
        Assert.Equal(user.Id, (await Users.FindByIdAsync(user.Id.ToString()))?.Id);
        Assert.Equal(user.Email, await Users.GetUserNameAsync(user));

        ShouldSucceed(await Users.DeleteAsync(user));
        Assert.Null(await Users.FindByIdAsync(user.Id.ToString()));
    }

    [Fact]
    public async Task A_second_user_with_the_same_email_is_refused()
    {
        var email = app.NewEmail();
        ShouldSucceed(await Users.CreateAsync(new User { Email = email }));

        var second = await Users.CreateAsync(new User { Email = email.ToUpperInvariant() });

        Assert.Contains(second.Errors, error => error.Code == nameof(IdentityErrorDescriber.DuplicateEmail));
    }

    [Fact]
    public async Task Roles_are_granted_listed_and_removed()
    {
        var user = new User { Email = app.NewEmail() };
        ShouldSucceed(await Users.CreateAsync(user));

        ShouldSucceed(await Users.AddToRolesAsync(user, [Role.Admin, Role.Support]));
        Assert.True(await Users.IsInRoleAsync(user, Role.Support));
        Assert.Contains(await Users.GetUsersInRoleAsync(Role.Support), member => member.Id == user.Id);

        ShouldSucceed(await Users.RemoveFromRoleAsync(user, Role.Support));
        Assert.Equal([Role.Admin], await Users.GetRolesAsync(user));
        Assert.Contains((await Users.AddToRoleAsync(user, Role.Admin)).Errors, error => error.Code == nameof(IdentityErrorDescriber.UserAlreadyInRole));
    }

    [Fact]
    public async Task Passkeys_are_added_found_and_removed()
    {
        var user = new User { Email = app.NewEmail() };
        ShouldSucceed(await Users.CreateAsync(user));
        byte[] id = [.. Guid.NewGuid().ToByteArray()];
        ShouldSucceed(await Users.AddOrUpdatePasskeyAsync(user, new(id, [1], app.Clock.GetUtcNow(), 0, ["usb"], true, true, false, [2], [3]) { Name = "one" }));

        Assert.Equal("one", (await Users.GetPasskeyAsync(user, id))?.Name);
        Assert.Equal(user.Id, (await Users.FindByPasskeyIdAsync(id))?.Id);

        ShouldSucceed(await Users.RemovePasskeyAsync(user, id));
        Assert.Empty(await Users.GetPasskeysAsync(user));
    }

    private static void ShouldSucceed(IdentityResult result) => Assert.True(result.Succeeded, string.Join(", ", result.Errors.Select(error => error.Code)));
}
