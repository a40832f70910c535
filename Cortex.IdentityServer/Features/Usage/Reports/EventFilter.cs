namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>Selects the events that match all given conditions.</summary>
/// <param name="ApiKeyId">The API key.</param>
/// <param name="Endpoint">The exact endpoint.</param>
/// <param name="Provider">The exact provider.</param>
/// <param name="StatusCode">The status.</param>
/// <param name="IsError">Whether to select only errors: a status of 400 or more or, without a status, an error message.</param>
/// <param name="From">The start of the period, inclusive.</param>
/// <param name="To">The end of the period, exclusive.</param>
internal sealed record EventFilter(
    Guid? ApiKeyId, string? Endpoint, string? Provider, int? StatusCode, bool IsError, DateTimeOffset? From, DateTimeOffset? To)
{
    /// <summary>Whether events have to be read and compared one by one, because no index finds those that match.</summary>
    public bool NeedsScan => Endpoint is not null || Provider is not null || StatusCode is not null || IsError;
}
