using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Cortex.IdentityServer.Migrations
{
    /// <inheritdoc />
    public partial class AuditMonthLock : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(AuditMonths.Create);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(AuditMonths.CreateWithoutLock);
        }
    }
}
