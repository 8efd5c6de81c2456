-- A trading company's database, written in the manner of scripts from the days of SQL Server 7 and 2000:
-- quoted identifiers, sysobjects, image and ntext, NOCHECK CONSTRAINT ALL around the inserts.
SET NOCOUNT ON
GO

USE master
GO
if exists (select * from sysdatabases where name='Trading')
		drop database Trading
go

DECLARE @device_directory NVARCHAR(520)
SELECT @device_directory = SUBSTRING(filename, 1, CHARINDEX(N'master.mdf', LOWER(filename)) - 1)
FROM master.dbo.sysaltfiles WHERE dbid = 1 AND fileid = 1

EXECUTE (N'CREATE DATABASE Trading
  ON PRIMARY (NAME = N''Trading'', FILENAME = N''' + @device_directory + N'trading.mdf'')
  LOG ON (NAME = N''Trading_log'',  FILENAME = N''' + @device_directory + N'trading.ldf'')')
go

if CAST(SERVERPROPERTY('ProductMajorVersion') AS INT)<12
BEGIN
  exec sp_dboption 'Trading','trunc. log on chkpt.','true'
  exec sp_dboption 'Trading','select into/bulkcopy','true'
END
ELSE ALTER DATABASE [Trading] SET RECOVERY SIMPLE WITH NO_WAIT
GO

set quoted_identifier on
GO

/* The dates below are written month first,
   whatever the server's default may be. /* nested */
*/
SET DATEFORMAT mdy
GO
use "Trading"
go
if exists (select * from sysobjects where id = object_id('dbo.Staff Sales by Country') and sysstat & 0xf = 4)
	drop procedure "dbo"."Staff Sales by Country"
GO
if exists (select * from sysobjects where id = object_id('dbo.Goods by Group') and sysstat & 0xf = 2)
	drop view "dbo"."Goods by Group"
GO
if exists (select * from sysobjects where id = object_id('dbo.Order Lines') and sysstat & 0xf = 3)
	drop table "dbo"."Order Lines"
GO
if exists (select * from dbo.sysobjects where id = object_id(N'[dbo].[Orders]') and OBJECTPROPERTY(id, N'IsUserTable') = 1)
drop table [dbo].[Orders]
GO

CREATE TABLE "Staff" (
	"StaffID" "int" IDENTITY (1, 1) NOT NULL ,
	"FamilyName" nvarchar (20) NOT NULL ,
	"GivenName" nvarchar (10) NOT NULL ,
	"Title" nvarchar (30) NULL ,
	"BirthDate" "datetime" NULL ,
	"HireDate" "datetime" NULL ,
	"City" nvarchar (15) NULL ,
	"Country" nvarchar (15) NULL ,
	"Extension" nvarchar (4) NULL ,
	"Photo" "image" NULL ,
	"Notes" "ntext" NULL ,
	"ReportsTo" "int" NULL ,
	CONSTRAINT "PK_Staff" PRIMARY KEY  CLUSTERED
	(
		"StaffID"
	),
	CONSTRAINT "FK_Staff_Staff" FOREIGN KEY
	(
		"ReportsTo"
	) REFERENCES "dbo"."Staff" (
		"StaffID"
	),
	CONSTRAINT "CK_Birthdate" CHECK (BirthDate < getdate())
)
GO
 CREATE  INDEX "FamilyName" ON "dbo"."Staff"("FamilyName")
GO

CREATE TABLE "Groups" (
	"GroupID" "int" IDENTITY (1, 1) NOT NULL ,
	"GroupName" nvarchar (15) NOT NULL ,
	"Description" "ntext" NULL ,
	"Picture" "image" NULL ,
	CONSTRAINT "PK_Groups" PRIMARY KEY  CLUSTERED ( "GroupID" )
)
GO
 CREATE  INDEX "GroupName" ON "dbo"."Groups"("GroupName")
GO

CREATE TABLE "Buyers" (
	"BuyerID" nchar (5) NOT NULL ,
	"CompanyName" nvarchar (40) NOT NULL ,
	"ContactName" nvarchar (30) NULL ,
	"City" nvarchar (15) NULL ,
	"Region" nvarchar (15) NULL ,
	"PostalCode" nvarchar (10) NULL ,
	"Country" nvarchar (15) NULL ,
	"Fax" nvarchar (24) NULL ,
	CONSTRAINT "PK_Buyers" PRIMARY KEY  CLUSTERED ( "BuyerID" )
)
GO
 CREATE  INDEX "City" ON "dbo"."Buyers"("City")
GO
 CREATE  INDEX "CompanyName" ON "dbo"."Buyers"("CompanyName")
GO

CREATE TABLE "Carriers" (
	"CarrierID" "int" IDENTITY (1, 1) NOT NULL ,
	"CompanyName" nvarchar (40) NOT NULL ,
	"Phone" nvarchar (24) NULL ,
	CONSTRAINT "PK_Carriers" PRIMARY KEY  CLUSTERED ( "CarrierID" )
)
GO
CREATE TABLE "Makers" (
	"MakerID" "int" IDENTITY (1, 1) NOT NULL ,
	"CompanyName" nvarchar (40) NOT NULL ,
	"ContactName" nvarchar (30) NULL ,
	"City" nvarchar (15) NULL ,
	"HomePage" "ntext" NULL ,
	CONSTRAINT "PK_Makers" PRIMARY KEY  CLUSTERED ( "MakerID" )
)
GO

CREATE TABLE "Orders" (
	"OrderID" "int" IDENTITY (1, 1) NOT NULL ,
	"BuyerID" nchar (5) NULL ,
	"StaffID" "int" NULL ,
	"OrderDate" "datetime" NULL ,
	"RequiredDate" "datetime" NULL ,
	"ShippedDate" "datetime" NULL ,
	"ShipVia" "int" NULL ,
	"Freight" "money" NULL CONSTRAINT "DF_Orders_Freight" DEFAULT (0),
	"ShipName" nvarchar (40) NULL ,
	"ShipCountry" nvarchar (15) NULL ,
	CONSTRAINT "PK_Orders" PRIMARY KEY  CLUSTERED ( "OrderID" ),
	CONSTRAINT "FK_Orders_Buyers" FOREIGN KEY ( "BuyerID" ) REFERENCES "dbo"."Buyers" ( "BuyerID" ),
	CONSTRAINT "FK_Orders_Staff" FOREIGN KEY ( "StaffID" ) REFERENCES "dbo"."Staff" ( "StaffID" ),
	CONSTRAINT "FK_Orders_Carriers" FOREIGN KEY ( "ShipVia" ) REFERENCES "dbo"."Carriers" ( "CarrierID" )
)
GO
 CREATE  INDEX "BuyerID" ON "dbo"."Orders"("BuyerID")
GO
 CREATE  INDEX "BuyersOrders" ON "dbo"."Orders"("BuyerID")
GO
 CREATE  INDEX "OrderDate" ON "dbo"."Orders"("OrderDate")
GO

CREATE TABLE "Goods" (
	"GoodID" "int" IDENTITY (1, 1) NOT NULL ,
	"GoodName" nvarchar (40) NOT NULL ,
	"MakerID" "int" NULL ,
	"GroupID" "int" NULL ,
	"QuantityPerUnit" nvarchar (20) NULL ,
	"UnitPrice" "money" NULL CONSTRAINT "DF_Goods_UnitPrice" DEFAULT (0),
	"UnitsInStock" "smallint" NULL CONSTRAINT "DF_Goods_UnitsInStock" DEFAULT (0),
	"ReorderLevel" "smallint" NULL CONSTRAINT "DF_Goods_ReorderLevel" DEFAULT (0),
	"Discontinued" "bit" NOT NULL CONSTRAINT "DF_Goods_Discontinued" DEFAULT (0),
	CONSTRAINT "PK_Goods" PRIMARY KEY  CLUSTERED ( "GoodID" ),
	CONSTRAINT "FK_Goods_Groups" FOREIGN KEY ( "GroupID" ) REFERENCES "dbo"."Groups" ( "GroupID" ),
	CONSTRAINT "FK_Goods_Makers" FOREIGN KEY ( "MakerID" ) REFERENCES "dbo"."Makers" ( "MakerID" ),
	CONSTRAINT "CK_Goods_UnitPrice" CHECK (UnitPrice >= 0),
	CONSTRAINT "CK_ReorderLevel" CHECK (ReorderLevel >= 0),
	CONSTRAINT "CK_UnitsInStock" CHECK (UnitsInStock >= 0)
)
GO
CREATE TABLE "Order Lines" (
	"OrderID" "int" NOT NULL ,
	"GoodID" "int" NOT NULL ,
	"UnitPrice" "money" NOT NULL CONSTRAINT "DF_Order_Lines_UnitPrice" DEFAULT (0),
	"Quantity" "smallint" NOT NULL CONSTRAINT "DF_Order_Lines_Quantity" DEFAULT (1),
	"Discount" "real" NOT NULL CONSTRAINT "DF_Order_Lines_Discount" DEFAULT (0),
	CONSTRAINT "PK_Order_Lines" PRIMARY KEY  CLUSTERED
	(
		"OrderID",
		"GoodID"
	),
	CONSTRAINT "FK_Order_Lines_Orders" FOREIGN KEY ( "OrderID" ) REFERENCES "dbo"."Orders" ( "OrderID" ),
	CONSTRAINT "FK_Order_Lines_Goods" FOREIGN KEY ( "GoodID" ) REFERENCES "dbo"."Goods" ( "GoodID" ),
	CONSTRAINT "CK_Discount" CHECK (Discount >= 0 and (Discount <= 1)),
	CONSTRAINT "CK_Quantity" CHECK (Quantity > 0),
	CONSTRAINT "CK_UnitPrice" CHECK (UnitPrice >= 0)
)
GO
 CREATE  INDEX "OrdersOrder_Lines" ON "dbo"."Order Lines"("OrderID")
GO

create view "Buyers and Makers by City" AS
SELECT City, CompanyName, ContactName, 'Buyers' AS Relationship
FROM Buyers
UNION SELECT City, CompanyName, ContactName, 'Makers'
FROM Makers
--ORDER BY City, CompanyName
GO
create view "Current Goods List" AS
SELECT Goods_List.GoodID, Goods_List.GoodName
FROM Goods AS Goods_List
WHERE (((Goods_List.Discontinued)=0))
GO
create view "Goods Above Average Price" AS
SELECT Goods.GoodName, Goods.UnitPrice
FROM Goods
WHERE Goods.UnitPrice>(SELECT AVG(UnitPrice) From Goods)
GO
create view "Goods by Group" AS
SELECT Groups.GroupName, Goods.GoodName, Goods.QuantityPerUnit, Goods.UnitsInStock, Goods.Discontinued
FROM Groups INNER JOIN Goods ON Groups.GroupID = Goods.GroupID
WHERE Goods.Discontinued <> 1
GO
create view "Invoices" AS
SELECT Orders.ShipName, Orders.BuyerID, Buyers.CompanyName AS BuyerName,
	(GivenName + ' ' + FamilyName) AS Salesperson,
	Orders.OrderID, Orders.OrderDate, Carriers.CompanyName As CarrierName,
	"Order Lines".GoodID, Goods.GoodName, "Order Lines".UnitPrice, "Order Lines".Quantity,
	"Order Lines".Discount,
	(CONVERT(money,("Order Lines".UnitPrice*Quantity*(1-Discount)/100))*100) AS ExtendedPrice, Orders.Freight
FROM 	Carriers INNER JOIN
		(Goods INNER JOIN
			(
				(Staff INNER JOIN
					(Buyers INNER JOIN Orders ON Buyers.BuyerID = Orders.BuyerID)
				ON Staff.StaffID = Orders.StaffID)
			INNER JOIN "Order Lines" ON Orders.OrderID = "Order Lines".OrderID)
		ON Goods.GoodID = "Order Lines".GoodID)
	ON Carriers.CarrierID = Orders.ShipVia
GO
create view "Order Lines Extended" AS
SELECT "Order Lines".OrderID, "Order Lines".GoodID, Goods.GoodName,
	"Order Lines".UnitPrice, "Order Lines".Quantity, "Order Lines".Discount,
	(CONVERT(money,("Order Lines".UnitPrice*Quantity*(1-Discount)/100))*100) AS ExtendedPrice
FROM Goods INNER JOIN "Order Lines" ON Goods.GoodID = "Order Lines".GoodID
--ORDER BY "Order Lines".OrderID
GO
create view "Order Subtotals" AS
SELECT "Order Lines".OrderID, Sum(CONVERT(money,("Order Lines".UnitPrice*Quantity*(1-Discount)/100))*100) AS Subtotal
FROM "Order Lines"
GROUP BY "Order Lines".OrderID
GO
create view "Good Sales for 1997" AS
SELECT Groups.GroupName, Goods.GoodName,
Sum(CONVERT(money,("Order Lines".UnitPrice*Quantity*(1-Discount)/100))*100) AS GoodSales
FROM (Groups INNER JOIN Goods ON Groups.GroupID = Goods.GroupID)
	INNER JOIN (Orders
		INNER JOIN "Order Lines" ON Orders.OrderID = "Order Lines".OrderID)
	ON Goods.GoodID = "Order Lines".GoodID
WHERE (((Orders.ShippedDate) Between '19970101' And '19971231'))
GROUP BY Groups.GroupName, Goods.GoodName
GO
create view "Group Sales for 1997" AS
SELECT "Good Sales for 1997".GroupName, Sum("Good Sales for 1997".GoodSales) AS GroupSales
FROM "Good Sales for 1997"
GROUP BY "Good Sales for 1997".GroupName
GO
create view "Quarterly Orders" AS
SELECT DISTINCT Buyers.BuyerID, Buyers.CompanyName, Buyers.City, Buyers.Country
FROM Buyers RIGHT JOIN Orders ON Buyers.BuyerID = Orders.BuyerID
WHERE Orders.OrderDate BETWEEN '19970101' And '19971231'
GO

create procedure "Buyer Orders Detail" @OrderID int
AS
SELECT GoodName,
    UnitPrice=ROUND(Ol.UnitPrice, 2),
    Quantity,
    Discount=CONVERT(int, Discount * 100),
    ExtendedPrice=ROUND(CONVERT(money, Quantity * (1 - Discount) * Ol.UnitPrice), 2)
FROM Goods G, [Order Lines] Ol
WHERE Ol.GoodID = G.GoodID and Ol.OrderID = @OrderID
go
create procedure "Staff Sales by Country"
@Beginning_Date DateTime, @Ending_Date DateTime AS
SELECT Staff.Country, Staff.FamilyName, Orders.ShippedDate, Orders.OrderID, "Order Subtotals".Subtotal AS SaleAmount
FROM Staff INNER JOIN
	(Orders INNER JOIN "Order Subtotals" ON Orders.OrderID = "Order Subtotals".OrderID)
	ON Staff.StaffID = Orders.StaffID
WHERE Orders.ShippedDate Between @Beginning_Date And @Ending_Date
GO
create procedure "Sales by Year"
	@Beginning_Date DateTime, @Ending_Date DateTime AS
SELECT Orders.ShippedDate, Orders.OrderID, "Order Subtotals".Subtotal, DATENAME(yy,ShippedDate) AS Year
FROM Orders INNER JOIN "Order Subtotals" ON Orders.OrderID = "Order Subtotals".OrderID
WHERE Orders.ShippedDate Between @Beginning_Date And @Ending_Date
GO
create procedure "Three Dearest Goods" AS
SET ROWCOUNT 3
SELECT Goods.GoodName AS ThreeDearestGoods, Goods.UnitPrice
FROM Goods
ORDER BY Goods.UnitPrice DESC
GO
CREATE PROCEDURE SalesByGroup
    @GroupName nvarchar(15), @OrdYear nvarchar(4) = '1998'
AS
IF @OrdYear != '1996' AND @OrdYear != '1997' AND @OrdYear != '1998'
BEGIN
	SELECT @OrdYear = '1998'
END

SELECT GoodName,
	TotalPurchase=ROUND(SUM(CONVERT(decimal(14,2), OL.Quantity * (1-OL.Discount) * OL.UnitPrice)), 0)
FROM [Order Lines] OL, Orders O, Goods G, Groups C
WHERE OL.OrderID = O.OrderID
	AND OL.GoodID = G.GoodID
	AND G.GroupID = C.GroupID
	AND C.GroupName = @GroupName
	AND SUBSTRING(CONVERT(nvarchar(22), O.OrderDate, 111), 1, 4) = @OrdYear
GROUP BY GoodName
ORDER BY GoodName
GO

set quoted_identifier on
go
set identity_insert "Groups" on
go
ALTER TABLE "Groups" NOCHECK CONSTRAINT ALL
go
INSERT "Groups"("GroupID","GroupName","Description","Picture") VALUES(1,'Drinks','Teas, juices, and waters',0x151C2F00020000000D000E0014002100FFFFFFFF4269746D617020496D616765)
INSERT "Groups"("GroupID","GroupName","Description","Picture") VALUES(2,'Sauces','Sweet and savory sauces',0x151C2F)
INSERT "Groups"("GroupID","GroupName","Description","Picture") VALUES(3,'Grain','Breads, crackers, pasta',NULL)
go
set identity_insert "Groups" off
go
ALTER TABLE "Groups" CHECK CONSTRAINT ALL
go

ALTER TABLE "Buyers" NOCHECK CONSTRAINT ALL
go
INSERT "Buyers" VALUES('ALDER','Alder Market','A. One','Berlin',NULL,'12209','Germany','030-0076545')
INSERT "Buyers" VALUES('BIRCH','Birch''s Deli','B. Two',N'México D.F.',NULL,'05021','Mexico',NULL)
INSERT "Buyers" VALUES('CEDAR','Cedar & Sons','C. Three','London',NULL,'WA1 1DP','UK','(171) 555-6750')
INSERT INTO "Buyers" VALUES('DOGWD',N'Dogwood Cash & Carry','D. Four','Seattle','WA','98128','USA',NULL)
go
ALTER TABLE "Buyers" CHECK CONSTRAINT ALL
go

set identity_insert "Staff" on
go
ALTER TABLE "Staff" NOCHECK CONSTRAINT ALL
go
INSERT "Staff"("StaffID","FamilyName","GivenName","Title","BirthDate","HireDate","City","Country","Extension","Photo","Notes","ReportsTo") VALUES(1,'Stone','Nia','Sales Representative','12/08/1948','05/01/1992','Seattle','USA','5467',0x151C2F00020000000D000E00140021,N'Studied in Göteborg.',2)
INSERT "Staff"("StaffID","FamilyName","GivenName","Title","BirthDate","HireDate","City","Country","Extension","Photo","Notes","ReportsTo") VALUES(2,'Field','Ann','Vice President, Sales','02/19/1952','08/14/1992','Tacoma','USA','3457',NULL,'Said "I''ll do it".',NULL)
INSERT "Staff"("StaffID","FamilyName","GivenName","Title","BirthDate","HireDate","City","Country","Extension","Photo","Notes","ReportsTo") VALUES(5,'Brook','Ste','Sales Manager','03/04/1955','10/17/1993','London','UK','3453',NULL,NULL,2)
go
set identity_insert "Staff" off
go
ALTER TABLE "Staff" CHECK CONSTRAINT ALL
go
set identity_insert "Carriers" on
INSERT "Carriers"("CarrierID","CompanyName","Phone") VALUES(1,'Quick Express','(503) 555-9831')
INSERT "Carriers"("CarrierID","CompanyName","Phone") VALUES(2,'United Parcels','(503) 555-3199')
set identity_insert "Carriers" off
go
INSERT "Makers"("CompanyName","ContactName","City","HomePage") VALUES('Exotic Water','X. Nine','London',NULL)
INSERT "Makers"("CompanyName","ContactName","City","HomePage") VALUES('Mill House','M. Ten','Oslo','#MILL.HTM#')
go
set identity_insert "Goods" on
go
ALTER TABLE "Goods" NOCHECK CONSTRAINT ALL
go
INSERT "Goods"("GoodID","GoodName","MakerID","GroupID","QuantityPerUnit","UnitPrice","UnitsInStock","ReorderLevel","Discontinued") VALUES(1,'Green Tea',1,1,'10 boxes x 20 bags',18,39,10,0)
INSERT "Goods"("GoodID","GoodName","MakerID","GroupID","QuantityPerUnit","UnitPrice","UnitsInStock","ReorderLevel","Discontinued") VALUES(2,'Still Water',1,1,'24 - 12 oz bottles',19,17,25,0)
INSERT "Goods"("GoodID","GoodName","MakerID","GroupID","QuantityPerUnit","UnitPrice","UnitsInStock","ReorderLevel","Discontinued") VALUES(3,'Plum Sauce',2,2,'12 - 550 ml bottles',10,13,25,0)
INSERT "Goods"("GoodID","GoodName","MakerID","GroupID","QuantityPerUnit","UnitPrice","UnitsInStock","ReorderLevel","Discontinued") VALUES(4,'Chef''s Mix',2,2,'36 boxes',21.35,0,0,1)
INSERT "Goods"("GoodID","GoodName","MakerID","GroupID","QuantityPerUnit","UnitPrice","UnitsInStock","ReorderLevel","Discontinued") VALUES(11,'Knäckebröd',2,3,'24 - 500 g pkgs.',263.50,20,25,0)
go
set identity_insert "Goods" off
go
ALTER TABLE "Goods" CHECK CONSTRAINT ALL
go
set identity_insert "Orders" on
go
ALTER TABLE "Orders" NOCHECK CONSTRAINT ALL
go
INSERT INTO "Orders"
("OrderID","BuyerID","StaffID","OrderDate","RequiredDate",
	"ShippedDate","ShipVia","Freight","ShipName","ShipCountry")
VALUES (10248,N'ALDER',5,'7/4/1996','8/1/1996','7/16/1996',1,32.38,
	N'Alder Market',N'Germany')
INSERT INTO "Orders"
("OrderID","BuyerID","StaffID","OrderDate","RequiredDate",
	"ShippedDate","ShipVia","Freight","ShipName","ShipCountry")
VALUES (10249,N'BIRCH',1,'1/5/1997','8/16/1997','1/10/1997',2,11.61,
	N'Birch''s Deli',N'Mexico')
INSERT INTO "Orders"
("OrderID","BuyerID","StaffID","OrderDate","RequiredDate",
	"ShippedDate","ShipVia","Freight","ShipName","ShipCountry")
VALUES (10250,N'CEDAR',2,'12/30/1997','1/5/1998','1/2/1998',2,65.83,
	N'Cedar & Sons',N'UK')
INSERT INTO "Orders"
("OrderID","BuyerID","StaffID","OrderDate","RequiredDate",
	"ShippedDate","ShipVia","Freight","ShipName","ShipCountry")
VALUES (10251,N'CEDAR',1,'4/8/1998','5/8/1998',NULL,1,0.12,
	N'Cedar & Sons',N'UK')
go
set identity_insert "Orders" off
go
ALTER TABLE "Orders" CHECK CONSTRAINT ALL
go
ALTER TABLE "Order Lines" NOCHECK CONSTRAINT ALL
go
INSERT "Order Lines" VALUES(10248,1,14,12,0.0)
INSERT "Order Lines" VALUES(10248,3,9.8,10,0.0)
INSERT "Order Lines" VALUES(10249,1,18.6,9,0.05)
INSERT "Order Lines" VALUES(10249,11,263.5,2,0.15)
INSERT "Order Lines" VALUES(10250,2,19,40,0.25)
INSERT "Order Lines" VALUES(10250,4,21.35,5,5.000001E-2)
INSERT "Order Lines" VALUES(10251,3,10,1,0)
go
ALTER TABLE "Order Lines" CHECK CONSTRAINT ALL
go

exec sp_addtype N'tid', N'varchar(6)', N'not null'
GO
CREATE TABLE [dbo].[BuyerKind]
	([BuyerTypeID] [nchar] (10) NOT NULL ,
	[BuyerDesc] [ntext] NULL
	) ON [PRIMARY] TEXTIMAGE_ON [PRIMARY]
GO
CREATE TABLE [dbo].[BuyerBuyerKind]
	([BuyerID] nchar (5) NOT NULL,
	[BuyerTypeID] [nchar] (10) NOT NULL
) ON [PRIMARY]
GO
CREATE TABLE [dbo].[Region]
	( [RegionID] [int] NOT NULL ,
	[RegionDescription] [nchar] (50) NOT NULL
) ON [PRIMARY]
GO
CREATE TABLE [dbo].[Areas]
	([AreaID] [nvarchar] (20) NOT NULL ,
	[AreaDescription] [nchar] (50) NOT NULL ,
        [RegionID] [int] NOT NULL
) ON [PRIMARY]
GO
Insert Into Region Values (1,'Eastern')
Insert Into Region Values (2,'Western')
Go
Insert Into Areas Values ('01581','Westboro',1)
Insert Into Areas Values ('98004','Bellevue',2)
Go
ALTER TABLE BuyerBuyerKind
	ADD CONSTRAINT [PK_BuyerBuyerKind] PRIMARY KEY  NONCLUSTERED
	(
		[BuyerID],
		[BuyerTypeID]
	) ON [PRIMARY]
GO
ALTER TABLE BuyerKind
	ADD CONSTRAINT [PK_BuyerKind] PRIMARY KEY  NONCLUSTERED ( [BuyerTypeID] ) ON [PRIMARY]
GO
ALTER TABLE BuyerBuyerKind
	ADD CONSTRAINT [FK_BuyerBuyerKind] FOREIGN KEY ( [BuyerTypeID] ) REFERENCES [dbo].[BuyerKind] ( [BuyerTypeID] )
GO
ALTER TABLE Region
	ADD CONSTRAINT [PK_Region] PRIMARY KEY  NONCLUSTERED ( [RegionID] )  ON [PRIMARY]
GO
ALTER TABLE Areas WITH NOCHECK
	ADD CONSTRAINT [PK_Areas] PRIMARY KEY  NONCLUSTERED ( [AreaID] )  ON [PRIMARY]
GO
ALTER TABLE Areas
	ADD CONSTRAINT [FK_Areas_Region] FOREIGN KEY ( [RegionID] ) REFERENCES [dbo].[Region] ( [RegionID] )
GO
exec sp_addmessage 50021, 16, N'The trade %s is closed.'
GO
GRANT SELECT ON "Orders" TO public
GO
DBCC CHECKIDENT ("Orders")
GO
DBCC CHECKIDENT ("Carriers", RESEED, 100)
GO
EXEC sp_help 'Orders'
GO
EXEC sp_helpdb 'Trading'
GO
EXEC sp_tables @table_type = "'TABLE'"
GO
exec "Sales by Year" '1996-01-01','1997-12-31'
GO
exec "Three Dearest Goods"
GO
SELECT count(*) FROM Goods
GO
exec SalesByGroup 'Drinks', '1996'
exec SalesByGroup N'Drinks', 1997
exec SalesByGroup @GroupName = 'Sauces'
GO
exec "Buyer Orders Detail" 10249
GO
exec "Staff Sales by Country" '1/1/1996', '12/31/1998'
GO
SELECT * FROM "Order Subtotals" ORDER BY OrderID
SELECT * FROM "Group Sales for 1997"
SELECT * FROM "Quarterly Orders"
SELECT * FROM "Buyers and Makers by City" order by City
SELECT BuyerName, Salesperson, ExtendedPrice, Freight FROM Invoices ORDER BY OrderID, GoodID
GO
SELECT * INTO OldOrders FROM Orders WHERE OrderDate < '1997-01-01'
SELECT OrderID, Freight INTO #recent FROM Orders WHERE OrderDate >= '1997-01-01'
SELECT COUNT(*), SUM(Freight) FROM #recent
TRUNCATE TABLE OldOrders
DELETE FROM #recent WHERE Freight < $1
DROP TABLE OldOrders
GO
update statistics Orders
GO
dump transaction Trading with no_log
GO
