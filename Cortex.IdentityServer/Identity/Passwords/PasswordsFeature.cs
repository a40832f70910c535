using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Identity.Passwords.Hashing;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>Registers the password rules, the hashing, and the limits on guessing.</summary>
internal static class PasswordsFeature
{
    /// <summary>
    /// Registers the services. Call it after <see cref="UsersFeature.AddUsers"/>, because it replaces the hasher and validator that Identity registers.
    /// </summary>
    public static IServiceCollection AddPasswords(this IServiceCollection services, SettingsReader settings) => services
        .AddHashing(settings)
        .AddLimits(PasswordLimits.LoginFailures)
        .Replace(ServiceDescriptor.Singleton<IPasswordHasher<User>>(provider => provider.GetRequiredService<BcryptPasswordHasher>()))
        .Replace(ServiceDescriptor.Scoped<IPasswordValidator<User>, PasswordRules>())
        .AddSingleton<KnownNetworks>()
        .AddSingleton<RejectedNetworks>()
        .AddSingleton<PrioritizedHashingQueue>()
        .AddSingleton<PendingAttempts>()
        .AddSingleton<AccountGates>()
        .AddSingleton<LoginAttempts>()
        .AddScoped<LoginAccounts>()
        .AddScoped<LoginAddresses>()
        .AddScoped<PasswordCheck>()
        .AddSingleton<IExpiryRule>(new ExpiryRule("counts of failed logins", LoginAttemptRules.Expired, LoginAttemptRules.ResetAfter))
        .AddSingleton<IExpiryRule>(new ExpiryRule("login addresses", "login_addresses WHERE last_login_at < $1", LoginAccounts.KnownFor));
}
