using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>The outcome of one batch of an import.</summary>
internal abstract record BatchResult
{
    private BatchResult()
    {
    }

    /// <param name="Ids">The accounts that were created; the emails of the others are taken.</param>
    public sealed record Created(IReadOnlySet<Guid> Ids) : BatchResult;

    /// <summary>No account was created, because the administrator is no longer authorized to import.</summary>
    public sealed record Refused(Refusal Refusal) : BatchResult;
}
