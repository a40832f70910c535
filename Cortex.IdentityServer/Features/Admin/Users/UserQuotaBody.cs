using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>A user's own quota, which overrides that of the tier. What is null or omitted is as the tier has it.</summary>
internal sealed record UserQuotaBody : QuotaBody, IRequestBody, IExample<UserQuotaBody>
{
    /// <summary><c>hard</c> refuses requests beyond the quota, and <c>soft</c> only notifies the owner; null for the mode of the server.</summary>
    [AllowedValues(QuotaLimits.Soft, QuotaLimits.Hard, null, ErrorMessage = "must be soft or hard")]
    public string? Mode { get; init; }

    public static new UserQuotaBody Example => new() { Mode = QuotaLimits.Hard, Requests = 50_000, CostUsd = 100 };

    public static new UserQuotaBody Of(QuotaLimits? limits)
    {
        var shown = QuotaBody.Of(limits) ?? new();
        return new() { Mode = limits?.Mode, Requests = shown.Requests, Tokens = shown.Tokens, CostUsd = shown.CostUsd };
    }
}
