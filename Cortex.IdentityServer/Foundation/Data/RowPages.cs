namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>Reads many rows a page at a time, so that a client that takes them slowly holds no connection to the database meanwhile.</summary>
internal static class RowPages
{
    /// <summary>How many rows are held in memory at a time.</summary>
    public const int Size = 1000;

    /// <param name="read">Reads the page after a row; null stands for the first page.</param>
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
