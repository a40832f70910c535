namespace Cortex.IdentityServer.Features.Billing.Events;

/// <summary>The states of a billing event, as shown to clients, and the SQL that tells them apart.</summary>
internal static class EventState
{
    /// <summary>The event is due, or will be tried again.</summary>
    public const string Waiting = "waiting";

    /// <summary>The event was worked on.</summary>
    public const string Processed = "processed";

    /// <summary>All attempts have failed, and an administrator has to look at the event.</summary>
    public const string Failed = "failed";

    /// <summary>The user whom the event is about isn't known.</summary>
    public const string Unmatched = "unmatched";

    /// <summary>The state of a row of <c>billing_events</c>.</summary>
    public const string OfStored = $"""
        CASE WHEN {IsProcessed} = true THEN '{Processed}' WHEN failed_at IS NOT NULL THEN '{Failed}' ELSE '{Waiting}' END
        """;

    /// <summary>The state of a row of <c>billing_inbox</c>.</summary>
    public const string OfReceived = $"""
        CASE WHEN processed_at IS NOT NULL THEN '{Processed}' WHEN failed_at IS NOT NULL THEN '{Failed}' WHEN unmatched_at IS NOT NULL THEN '{Unmatched}'
            ELSE '{Waiting}' END
        """;

    /// <summary>Whether a row of <c>billing_events</c> is processed. The expression must equal that of the indexes.</summary>
    public const string IsProcessed = "coalesce(processed, false)";

    public static readonly string[] All = [Waiting, Processed, Failed, Unmatched];

    /// <summary>The condition for rows of <c>billing_events</c> in a state.</summary>
    public static string StoredCondition(string state) => state switch
    {
        Processed => $"{IsProcessed} = true",
        Failed => $"{IsProcessed} = false AND failed_at IS NOT NULL",
        Waiting => $"{IsProcessed} = false AND failed_at IS NULL",
        _ => "false",
    };

    /// <summary>The condition for rows of <c>billing_inbox</c> in a state.</summary>
    public static string ReceivedCondition(string state) => state switch
    {
        Processed => "processed_at IS NOT NULL",
        Failed => "processed_at IS NULL AND failed_at IS NOT NULL",
        Unmatched => "processed_at IS NULL AND failed_at IS NULL AND unmatched_at IS NOT NULL",
        _ => "processed_at IS NULL AND failed_at IS NULL AND unmatched_at IS NULL",
    };
}
