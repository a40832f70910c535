namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>An error that a client can meet: the stable machine word, its usual status, and what to tell a person.</summary>
/// <param name="Code">The stable word, in <c>code</c>.</param>
/// <param name="Status">The HTTP status it usually comes with.</param>
/// <param name="Title">A short name, the same each time.</param>
/// <param name="Detail">A sentence for a person, unless the place it comes from has a better one.</param>
internal sealed record ProblemCode(string Code, int Status, string Title, string Detail);
