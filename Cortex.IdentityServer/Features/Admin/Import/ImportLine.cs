using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>What becomes of a line: an account to be made, or the reason why not.</summary>
internal abstract record ImportLine(int Number)
{
    public sealed record Good(int Number, ImportRow Row) : ImportLine(Number);

    public sealed record Bad(int Number, Problem Problem) : ImportLine(Number);
}
