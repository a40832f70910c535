using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>A request body without fields.</summary>
internal sealed record EmptyRequest : IRequestBody, IExample<EmptyRequest>
{
    public static EmptyRequest Example => new();
}
