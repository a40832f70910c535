using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>No fields: the path says it all.</summary>
internal sealed record EmptyRequest : IRequestBody, IExample<EmptyRequest>
{
    public static EmptyRequest Example => new();
}
