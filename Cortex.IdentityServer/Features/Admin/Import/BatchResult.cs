using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>The outcome of a batch.</summary>
internal abstract record BatchResult
{
    private BatchResult()
    {
    }

    /// <param name="Ids">The accounts that were made; the emails of the others are taken.</param>
    public sealed record Made(IReadOnlySet<Guid> Ids) : BatchResult;

    /// <summary>None was made: whose import it is may not import any more.</summary>
    public sealed record Refused(Refusal Refusal) : BatchResult;
}
