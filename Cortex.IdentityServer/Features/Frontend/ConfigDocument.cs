using System.Security.Cryptography;
using System.Text.Json;
using Cortex.IdentityServer.Features.Billing;
using Cortex.IdentityServer.Features.Usage.Quotas;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Account;
using Cortex.IdentityServer.Identity.ApiKeys;
using Cortex.IdentityServer.Identity.Login;
using Cortex.IdentityServer.Identity.Passkeys;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Frontend;

/// <summary>The settings that frontends may know. They don't change while the server runs, so they are collected once.</summary>
internal sealed class ConfigDocument
{
    /// <summary>Half of a SHA-256 hash, in bytes, is more than enough to tell two configurations apart.</summary>
    private const int TagLength = 16;

    public ConfigDocument(
        HttpOptions http, AccountOptions accounts, LoginOptions logins, TierOptions tiers, QuotaOptions quotas, ApiKeyOptions keys, BillingOptions billing)
    {
        Content = new(
            Product.Version,
            accounts.IsRegistrationOpen ? "open" : "closed",
            logins.RequiresVerifiedEmail,
            new(PasswordRules.MinLength, PasswordRules.MaxLength),
            PasskeyRules.CanBeUsedAt(http.PublicUrl),
            billing.PolarAccessToken is not null,
            tiers.Names,
            quotas.Mode == QuotaLimits.Hard,
            [.. tiers.Names.Select(tier => new TierLimits(tier, tiers.LimitOf(tier).Permits, QuotaBody.Of(quotas.Tiers.GetValueOrDefault(tier))))],
            keys.Choices);
        var hash = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(Content, FrontendJson.Default.ConfigResponse));
        EntityTag = $"\"{Convert.ToHexStringLower(hash.AsSpan(0, TagLength))}\"";
    }

    public ConfigResponse Content { get; }

    public string EntityTag { get; }
}
