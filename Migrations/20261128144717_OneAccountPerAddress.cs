using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Cortex.IdentityServer.Migrations
{
    /// <inheritdoc />
    public partial class OneAccountPerAddress : Migration
    {
        /// <remarks>The model reads NULL in password_hash where another program allows it; the documented column stays as it is.</remarks>
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(EmailFolding.CreateFunction());
            migrationBuilder.Sql(EmailUniqueness.Create);
            migrationBuilder.Sql(ApiKeyHashes.Create);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(ApiKeyHashes.Drop);
            migrationBuilder.Sql(EmailUniqueness.Drop);
        }
    }
}
