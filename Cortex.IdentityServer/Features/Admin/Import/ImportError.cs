using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>The last line of an import that was cut short. Accounts reported as created are kept.</summary>
/// <param name="Error">The reason why the import was cut short.</param>
internal sealed record ImportError(ImportErrorBody Error) : IExample<ImportError>
{
    public static ImportError Example => new(new ImportErrorBody(Problems.ServiceUnavailable.Code, Problems.ServiceUnavailable.Detail, 501));
}
