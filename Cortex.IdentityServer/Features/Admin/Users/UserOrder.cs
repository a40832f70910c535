namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>In which order: by email (lower case, by code point) or by the time the account was made; then by id.</summary>
internal readonly record struct UserOrder(bool ByEmail, bool IsDescending);
