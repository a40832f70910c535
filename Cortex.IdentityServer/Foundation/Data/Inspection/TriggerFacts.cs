namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>A trigger or rule on a documented table that isn't the server's.</summary>
internal sealed record TriggerFacts(string Table, string Name, bool IsRule, bool RunsBeforeInsert);
