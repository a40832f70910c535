namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>An account in the form that is stored.</summary>
internal sealed record ImportRow(Guid Id, string Email, string PasswordHash, string Tier, bool IsActive, bool IsVerified, DateTimeOffset CreatedAt);
