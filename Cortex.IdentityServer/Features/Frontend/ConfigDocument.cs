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
        EntityTag = $"\"{ContentHash.Of(JsonSerializer.SerializeToUtf8Bytes(Content, FrontendJson.Default.ConfigResponse))}\"";
    }

    public ConfigResponse Content { get; }

    public string EntityTag { get; }
}
