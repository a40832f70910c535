using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>The query of a list of events.</summary>
internal sealed record EventsQuery
{
    /// <summary>The value of <c>status</c> that selects errors.</summary>
    private const string Error = "error";

    private const int MaxEndpointLength = 255;
    private const int MaxProviderLength = 50;

    [FromQuery(Name = "limit"), LimitValue, Description("The number of events per page, 1 to 200; 50 by default. CSV and NDJSON have all events.")]
    public string? Limit { get; init; }

    [FromQuery(Name = "cursor"), Description("The next_cursor of the previous page.")]
    public string? Cursor { get; init; }

    [FromQuery(Name = "api_key"), IdValue, Description("Only events of this API key.")]
    public string? ApiKey { get; init; }

    [FromQuery(Name = "endpoint"), MaxLength(MaxEndpointLength), Description("Only events of this endpoint, exactly as it was reported.")]
    public string? Endpoint { get; init; }

    [FromQuery(Name = "provider"), MaxLength(MaxProviderLength), Description("Only events of this provider, exactly as it was reported.")]
    public string? Provider { get; init; }

    [FromQuery(Name = "status"), EventStatusValue, Description(
        "Only events with this HTTP status, or error: those with a status of 400 or more or, without a status, with an error message.")]
    public string? Status { get; init; }

    [FromQuery(Name = "from"), TimeValue, Description("Only events at this time or later: ISO 8601 with Z or an offset.")]
    public string? From { get; init; }

    [FromQuery(Name = "to"), TimeValue, Description("Only events before this time.")]
    public string? To { get; init; }

    /// <summary>Parses the filter, and reports errors to the query reader.</summary>
    public EventFilter Read(QueryReader reader)
    {
        var filter = new EventFilter(
            reader.ReadId("api_key", ApiKey),
            ReadText(reader, "endpoint", Endpoint, MaxEndpointLength),
            ReadText(reader, "provider", Provider, MaxProviderLength),
            ReadStatusCode(reader),
            Status == Error,
            reader.ReadTime("from", From),
            reader.ReadTime("to", To));
        if (filter.From > filter.To)
        {
            reader.AddError("from", "must not be after to");
        }

        return filter;
    }

    private int? ReadStatusCode(QueryReader reader)
    {
        if (Status is null or Error)
        {
            return null;
        }

        if (Status.Length == 3 && int.TryParse(Status, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code is >= 100 and <= 599)
        {
            return code;
        }

        reader.AddError("status", "must be error or an HTTP status from 100 to 599");
        return null;
    }

    private static string? ReadText(QueryReader reader, string name, string? text, int maxLength)
    {
        // PostgreSQL can't store NUL. Invalid UTF-8 arrives as replacement characters.
        if (text is not null && (text.Length == 0 || text.EnumerateRunes().Count() > maxLength || text.Contains('\0')))
        {
            reader.AddError(name, $"must be text with at most {maxLength} characters");
        }

        return text;
    }
}
