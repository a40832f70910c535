using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>No fields: the path says it all.</summary>
internal sealed record EmptyRequest : IRequestBody;
