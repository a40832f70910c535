namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>Reads many rows a page at a time, so that a slow client doesn't occupy a database connection.</summary>
internal static class RowPages
{
    /// <summary>The number of rows that are held in memory at a time.</summary>
    public const int Size = 1000;

    /// <param name="read">Reads the page after a row; null means the first page.</param>
    public static async IAsyncEnumerable<T> ReadAsync<T>(Func<T?, Task<List<T>>> read)
        where T : class
    {
        List<T> page;
        T? last = null;
        do
        {
            page = await read(last);
            foreach (var row in page)
            {
                yield return row;
            }

            last = page.LastOrDefault();
        }
        while (page.Count == Size);
    }
}
