import Testing

@testable import BirdImport
@testable import Fixtures

/// The columns of all formats once more, since most names of other versions and programs are in no other test.
@Suite struct ColumnNamesTests {
    /// The columns of a format: names, the usual one first, `=` and the member, `?` if it may be missing, and the words
    /// for an empty cell.
    static let formats: [(name: String, title: String, columns: String)] = [
        (
            "ebird", "eBird Basic Dataset",
            """
            global unique identifier=source, common name=commonName, scientific name=scientificName, category=category?,
            subspecies common name=subspeciesCommonName?, subspecies scientific name=subspecies?,
            observation count=count(X x --), breeding code|breeding bird atlas code=breedingCode?, approved=valid?,
            reviewed=reviewed?, species comments=comments?, \(eBirdVisits)
            """
        ),
        ("ebird-sampling", "eBird Basic Dataset, sampling events", eBirdVisits),
        (
            "gbif", "GBIF simple download",
            """
            gbifid=source, datasetkey=unused, kingdom=kingdom?, phylum=phylum?, class=taxonClass, order=order?,
            species=scientificName, scientificname=authoredName, verbatimscientificname=verbatimName?, countrycode=region, locality=locationName,
            occurrencestatus=status, individualcount=count(X x -- present Present PRESENT P p), decimallatitude=latitude, decimallongitude=longitude,
            coordinateuncertaintyinmeters=uncertainty?, eventdate=date, year=year?, month=month?, day=day?
            """
        ),
        (
            "feederwatch", "Project FeederWatch raw",
            """
            loc_id=location, latitude=latitude, longitude=longitude, subnational1_code=region, sub_id=checklist,
            obs_id=source, month=month, day=day, year=year, species_code=species, how_many=count(X x --), valid=valid,
            reviewed=reviewed?, day1_am=day1AM?, day1_pm=day1PM?, day2_am=day2AM?, day2_pm=day2PM?,
            effort_hrs_atleast=effortHours?, snow_dep_atleast=snowDepth?
            """
        ),
        (
            "ebird-mydata", "My eBird Data",
            """
            submission id=checklist, common name=commonName, scientific name=scientificName, count=count(X x --),
            state/province=region, location id=location?, location=locationName, latitude=latitude, longitude=longitude,
            date=date, time=time, protocol=protocol?, duration (min)=minutes?, all obs reported=complete?,
            distance traveled (km)=distance?, area covered (ha)=area?, number of observers=observers?,
            breeding code=breedingCode?, observation details|species comments=comments?,
            checklist comments=checklistComments?
            """
        ),
        (
            "ebird-lifelist", "eBird life list",
            """
            row #=unused, common name=commonName, scientific name=scientificName, count=count(X x --),
            location=locationName, s/p=region, date=date, locid=location, subid=checklist
            """
        ),
        (
            "ebird-record", "eBird record format",
            """
            common name=commonName, genus=genus, species=epithet, number|species count|count=count(X x --),
            species comments=comments?, location name|location=locationName, latitude=latitude, longitude=longitude,
            date|observation date=date, start time|time=time, state/province|state=region?,
            country code|country=country?, protocol=protocol?, number of observers|observers=observers?,
            duration|duration (min)|duration (minutes)=minutes?, all observations reported?|all observations reported|\
            all observations reported? y/n|all observations reported? (y/n)|all observations reported (y/n)=complete?,
            effort distance miles|distance miles|distance (miles)|effort distance (miles)|distance covered|\
            distance=miles?,
            effort area acres|area acres|area (acres)|effort area (acres)|area covered|area=acres?,
            submission comments|checklist comments=checklistComments?
            """
        ),
        (
            "inaturalist", "iNaturalist",
            """
            scientific_name=scientificName, iconic_taxon_name|taxon_class_name=taxonClass, observed_on=date,
            quality_grade|taxon_id|observed_on_string|time_observed_at|num_identification_agreements|\
            captive_cultivated|coordinates_obscured|positional_accuracy|place_guess|species_guess|user_login|uuid|\
            url=unused,
            id=source?, common_name=commonName?, observed_on_string=enteredTime?, place_guess=locationName?,
            latitude=latitude?, longitude=longitude?, captive_cultivated=captive?, description=comments?,
            coordinates_obscured=obscured?, geoprivacy=geoprivacy?, taxon_geoprivacy=taxonGeoprivacy?,
            positional_accuracy=uncertainty?, public_positional_accuracy=publicUncertainty?
            """
        ),
        (
            "plain", "plain",
            """
            loc_id=location, latitude=latitude(--), longitude=longitude(--), region=region, year=year,
            month=month(--), day=day(--), date=date?, species_id=species, num=count(X x --), time=time?,
            source_id=source?, comments|remarks|notes=comments?, breeding_code|breeding code=breedingCode?,
            confidence=confidence?, valid=valid?, reviewed=reviewed?, location_name=locationName?,
            checklist_id=checklist?, minutes=minutes?, distance_km=distance?, area_ha=area?, observers=observers?,
            protocol=protocol?, complete=complete?, checklist_comments=checklistComments?, day1_am=day1AM?,
            day1_pm=day1PM?, day2_am=day2AM?, day2_pm=day2PM?, effort_hours_atleast=effortHours?,
            snow_depth_atleast=snowDepth?, coordinate_uncertainty_m=uncertainty?, generalised=obscured?
            """
        ),
        (
            "birdnet-pi", "BirdNET-Pi",
            """
            date=date, time=time, sci_name=scientificName, com_name=commonName, confidence=confidence, lat=latitude?,
            lon=longitude?
            """
        ),
        (
            "birdnet-go", "BirdNET-Go",
            """
            date=date, time=time, scientific_name|scientificname=scientificName,
            raw_scientific_name|rawscientificname=uncorrectedName?, common_name|commonname=commonName,
            confidence=confidence, id=source?, source_node|sourcenode=location?, species_code|speciescode=species?,
            latitude=latitude?, longitude=longitude?, unlikely=unlikely?
            """
        ),
        (
            "birdnet-analyzer", "BirdNET-Analyzer",
            """
            file offset (s)|start (s)|start|offset|begin time (s)|start_time=offset,
            common name|common_name|top1match=commonName, confidence|top1dist=confidence,
            scientific name|scientific_name|species code=unused, scientific name|scientific_name=scientificName?,
            species code=species?, begin path|filepath|in file|file|begin file=recording?, folder=folder?,
            lat|latitude=latitude?, lon|longitude=longitude?
            """
        ),
        (
            "ebird-taxonomy", "eBird taxonomy",
            """
            species_code|speciescode=species, category=category, sci_name|scientific_name|sciname=scientificName,
            primary_com_name|common_name|comname=commonName, taxon_order|taxonorder=taxonOrder
            """
        ),
        (
            "clements", "Clements checklist",
            """
            category=category, english name=commonName, scientific name=scientificName, species_code=species?,
            sort|\(sorts)=taxonOrder?
            """
        ),
        (
            "feederwatch-species", "Project FeederWatch species table",
            """
            species_code=species, scientific_name=scientificName, american_english_name=commonName,
            taxonomic_sort_order=taxonOrder?
            """
        ),
        ("plain-species", "plain species table", "species_id=species, sci_name=scientificName, en_us=commonName"),
        (
            "ioc", "IOC World Bird List",
            """
            scientific name|\(versions)=scientificName, english name|english=commonName,
            seq.|seq|rank|authority=unused, seq.|seq=taxonOrder?, rank=rank?
            """
        ),
        (
            "ioc-master", "IOC master list",
            """
            order=unused, genus=genus, species (scientific)|species=epithet, subspecies=subspecies?,
            species (english)|english name|english=commonName
            """
        ),
        (
            "dwc", "Darwin Core occurrences",
            """
            scientificname=authoredName, genus=genus?, specificepithet=epithet?,
            infraspecificepithet=subspecificEpithet?, verbatimscientificname|verbatimidentification=verbatimName?,
            identificationqualifier=qualifier?, gbifid|key|occurrenceid|id=source?,
            kingdom=kingdom?, phylum=phylum?, class=taxonClass?, order=order?, higherclassification=higherTaxa?,
            species=scientificName?,
            vernacularname=commonName?, occurrencestatus=status?, individualcount=count?(X x -- present Present PRESENT P p),
            organismquantity=quantity?(X x -- present Present PRESENT P p),
            organismquantitytype=quantityType?, occurrenceremarks=comments?,
            coordinateuncertaintyinmeters=uncertainty?, datageneralizations=generalisation?,
            informationwithheld=withheld?, eventid=checklist?, countrycode=region?, locationid=location?,
            locality=locationName?, decimallatitude=latitude?, decimallongitude=longitude?, eventdate=date?, year=year?,
            month=month?, day=day?, eventtime=time?, samplingprotocol=protocol?, eventremarks=checklistComments?
            """
        ),
    ]

    private static let eBirdVisits = """
        country code=country, state code=region, locality=locationName, locality id=location, latitude=latitude,
        longitude=longitude, observation date=date, time observations started=time,
        sampling event identifier=checklist, protocol name|protocol type=protocol?, duration minutes=minutes?,
        effort distance km=distance?, effort area ha=area?, number observers=observers?,
        all species reported=complete, group identifier=group?, checklist comments|trip comments=checklistComments?
        """
    /// Later years first: a list may have the order of an earlier one too.
    private static let sorts = stride(from: 2060, through: 2010, by: -1).map { "sort v\($0)" }.joined(separator: "|")
    private static let versions = stride(from: 309, through: 21, by: -1).filter { $0 % 10 > 0 }
        .map { "ioc_\($0 / 10).\($0 % 10)" }.joined(separator: "|")

    @Test func areThoseOfEachFormat() {
        #expect(Format.all.map { "\($0.name): \($0.title)" } == Self.formats.map { "\($0.name): \($0.title)" })
        for (format, (_, _, columns)) in zip(Format.all, Self.formats) {
            let expected = columns.replacing("\n", with: " ").split(separator: ", ").map(String.init)
            #expect(format.columns.map(Self.text).difference(from: expected).isEmpty, "\(format.name)")
        }
        let events = Self.formats.last?.columns.split(separator: "informationwithheld=withheld?, ").last?
            .replacing("\n", with: " ").split(separator: ", ").dropFirst().map(String.init)
        #expect(Format.darwinCoreEvents.columns.map(Self.text) == (events ?? []) + ["eventid=checklist"])
    }

    private static func text(_ column: Format.Column) -> String {
        let words = column.nullWords.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
        return ([column.name] + column.otherNames).joined(separator: "|") + "=\(column.member)"
            + (column.isRequired ? "" : "?") + (words.isEmpty ? "" : "(\(words))")
    }

    /// In eBird and in programs that follow it, an X stands for birds that were seen and not counted. So it does in
    /// archives with terms of Darwin Core that were made of such records.
    @Test func anXIsAnUnknownCount() throws {
        var formats: [String] = []
        for format in Format.all {
            guard let column = format.columns.first(where: { $0.member == .count }) else { continue }
            let columns = Columns(format, Header([column.name]))
            for word in ["X", "x", "NA", "", "y", "XX"] {
                var row = Row()
                row.bytes = Array(word.utf8)
                row.cells = [Row.Cell(start: 0, end: Int32(word.utf8.count))]
                if word == "y" || word == "XX" || column.nullWords.isEmpty && word.lowercased() == "x" {
                    #expect(throws: RowError.self) { try columns.integer(.count, row) }
                } else {
                    #expect(try columns.integer(.count, row) == nil, "\(word) in \(format.name)")
                }
            }
            if !column.nullWords.isEmpty { formats.append(format.name) }
        }
        #expect(
            formats == [
                "ebird", "gbif", "feederwatch", "ebird-mydata", "ebird-lifelist", "ebird-record", "plain", "dwc",
            ])
    }

    /// Two rules with one bit would be one rule.
    @Test func rulesDiffer() {
        let rules: [Format.Rules] = [
            .locationsWithoutCode, .originIsNoLocation, .sourceByChecklistAndSpecies, .sourceWithinLocation, .taxonomy,
            .namesAsCodes, .sourceByDetection, .slashesAreForeign, .needsClass, .recordings, .checklistByVisit,
            .uncertaintyOfTruePlace, .regionWithinCountry, .speciesMayRepeat, .mayLackHeader, .ordersAreForeign,
        ]
        #expect(rules.reduce(0) { $0 + $1.rawValue.nonzeroBitCount } == rules.count)
        #expect(Format.Rules(rules).rawValue.nonzeroBitCount == rules.count)
    }

    /// Headers of downloads with all columns. None of them is said to be unread.
    private static let headers: [(format: Format, header: String)] = [
        (
            .eBird,
            """
            GLOBAL UNIQUE IDENTIFIER,LAST EDITED DATE,TAXONOMIC ORDER,CATEGORY,TAXON CONCEPT ID,COMMON NAME,SCIENTIFIC NAME,
            SUBSPECIES COMMON NAME,SUBSPECIES SCIENTIFIC NAME,EXOTIC CODE,OBSERVATION COUNT,BREEDING CODE,BREEDING CATEGORY,
            BREEDING BIRD ATLAS CODE,BREEDING BIRD ATLAS CATEGORY,BEHAVIOR CODE,AGE/SEX,COUNTRY,COUNTRY CODE,STATE,
            STATE CODE,COUNTY,COUNTY CODE,SUBNATIONAL2 CODE,IBA CODE,BCR CODE,USFWS CODE,ATLAS BLOCK,LOCALITY,LOCALITY ID,
            LOCALITY TYPE,LATITUDE,LONGITUDE,OBSERVATION DATE,TIME OBSERVATIONS STARTED,OBSERVER ID,OBSERVER ORCID ID,
            FIRST NAME,LAST NAME,SAMPLING EVENT IDENTIFIER,OBSERVATION TYPE,PROTOCOL NAME,PROTOCOL TYPE,PROTOCOL CODE,
            PROJECT CODE,PROJECT NAMES,PROJECT IDENTIFIERS,DURATION MINUTES,EFFORT DISTANCE KM,EFFORT AREA HA,
            NUMBER OBSERVERS,ALL SPECIES REPORTED,GROUP IDENTIFIER,HAS MEDIA,APPROVED,REVIEWED,REASON,CHECKLIST COMMENTS,
            SPECIES COMMENTS
            """
        ),
        (
            .eBirdSampling,
            """
            LAST EDITED DATE,COUNTRY,COUNTRY CODE,STATE,STATE CODE,COUNTY,COUNTY CODE,IBA CODE,BCR CODE,USFWS CODE,
            ATLAS BLOCK,LOCALITY,LOCALITY ID,LOCALITY TYPE,LATITUDE,LONGITUDE,OBSERVATION DATE,TIME OBSERVATIONS STARTED,
            OBSERVER ID,OBSERVER ORCID ID,SAMPLING EVENT IDENTIFIER,OBSERVATION TYPE,PROTOCOL NAME,PROTOCOL CODE,
            PROJECT NAMES,PROJECT IDENTIFIERS,DURATION MINUTES,EFFORT DISTANCE KM,EFFORT AREA HA,NUMBER OBSERVERS,
            ALL SPECIES REPORTED,GROUP IDENTIFIER,CHECKLIST COMMENTS
            """
        ),
        (
            .eBirdMyData,
            """
            Submission ID,Common Name,Scientific Name,Taxonomic Order,Count,State/Province,County,Location ID,Location,
            Latitude,Longitude,Date,Time,Protocol,Duration (Min),All Obs Reported,Distance Traveled (km),
            Area Covered (ha),Number of Observers,Breeding Code,Observation Details,Checklist Comments,ML Catalog Numbers
            """
        ),
        (
            .eBirdLifeList,
            """
            Row #,Taxon Order,Category,Common Name,Scientific Name,Count,Location,S/P,Date,LocID,SubID,Exotic,Countable
            """
        ),
        (.feederWatch, feederWatchHeader.replacing("\n", with: "")),
        (
            .gbif,
            """
            gbifID,datasetKey,occurrenceID,kingdom,phylum,class,order,family,genus,species,infraspecificEpithet,taxonRank,
            scientificName,verbatimScientificName,verbatimScientificNameAuthorship,countryCode,locality,stateProvince,
            occurrenceStatus,individualCount,publishingOrgKey,decimalLatitude,decimalLongitude,
            coordinateUncertaintyInMeters,coordinatePrecision,elevation,elevationAccuracy,depth,depthAccuracy,eventDate,
            day,month,year,taxonKey,speciesKey,basisOfRecord,institutionCode,collectionCode,catalogNumber,recordNumber,
            identifiedBy,dateIdentified,license,rightsHolder,recordedBy,typeStatus,establishmentMeans,lastInterpreted,
            mediaType,issue
            """
        ),
        (
            .darwinCore,
            """
            gbifID,accessRights,bibliographicCitation,language,license,modified,publisher,references,rightsHolder,type,
            institutionID,collectionID,datasetID,institutionCode,collectionCode,datasetName,ownerInstitutionCode,
            basisOfRecord,informationWithheld,dataGeneralizations,dynamicProperties,occurrenceID,catalogNumber,
            recordNumber,recordedBy,recordedByID,individualCount,organismQuantity,organismQuantityType,sex,lifeStage,
            reproductiveCondition,caste,behavior,vitality,establishmentMeans,degreeOfEstablishment,pathway,
            georeferenceVerificationStatus,occurrenceStatus,preparations,disposition,associatedOccurrences,
            associatedReferences,associatedSequences,associatedTaxa,otherCatalogNumbers,occurrenceRemarks,organismID,
            organismName,organismScope,associatedOrganisms,previousIdentifications,organismRemarks,materialEntityID,
            materialEntityRemarks,verbatimLabel,materialSampleID,eventID,parentEventID,eventType,fieldNumber,eventDate,
            eventTime,startDayOfYear,endDayOfYear,year,month,day,verbatimEventDate,habitat,samplingProtocol,
            sampleSizeValue,sampleSizeUnit,samplingEffort,fieldNotes,eventRemarks,locationID,higherGeographyID,
            higherGeography,continent,waterBody,islandGroup,island,countryCode,stateProvince,county,municipality,locality,
            verbatimLocality,verbatimElevation,verticalDatum,verbatimDepth,minimumDistanceAboveSurfaceInMeters,
            maximumDistanceAboveSurfaceInMeters,locationAccordingTo,locationRemarks,decimalLatitude,decimalLongitude,
            coordinateUncertaintyInMeters,coordinatePrecision,pointRadiusSpatialFit,verbatimCoordinateSystem,verbatimSRS,
            footprintWKT,footprintSRS,footprintSpatialFit,georeferencedBy,georeferencedDate,georeferenceProtocol,
            georeferenceSources,georeferenceRemarks,geologicalContextID,earliestEonOrLowestEonothem,
            latestEonOrHighestEonothem,earliestEraOrLowestErathem,latestEraOrHighestErathem,
            earliestPeriodOrLowestSystem,latestPeriodOrHighestSystem,earliestEpochOrLowestSeries,
            latestEpochOrHighestSeries,earliestAgeOrLowestStage,latestAgeOrHighestStage,lowestBiostratigraphicZone,
            highestBiostratigraphicZone,lithostratigraphicTerms,group,formation,member,bed,identificationID,
            verbatimIdentification,identificationQualifier,typeStatus,identifiedBy,identifiedByID,dateIdentified,
            identificationReferences,identificationVerificationStatus,identificationRemarks,taxonID,scientificNameID,
            acceptedNameUsageID,parentNameUsageID,originalNameUsageID,nameAccordingToID,namePublishedInID,taxonConceptID,
            scientificName,acceptedNameUsage,parentNameUsage,originalNameUsage,nameAccordingTo,namePublishedIn,
            namePublishedInYear,higherClassification,kingdom,phylum,class,order,superfamily,family,subfamily,tribe,
            subtribe,genus,genericName,subgenus,infragenericEpithet,specificEpithet,infraspecificEpithet,
            cultivarEpithet,taxonRank,verbatimTaxonRank,vernacularName,nomenclaturalCode,taxonomicStatus,
            nomenclaturalStatus,taxonRemarks,datasetKey,publishingCountry,lastInterpreted,elevation,elevationAccuracy,
            depth,depthAccuracy,distanceFromCentroidInMeters,issue,mediaType,hasCoordinate,hasGeospatialIssues,taxonKey,
            acceptedTaxonKey,kingdomKey,phylumKey,classKey,orderKey,familyKey,genusKey,subgenusKey,speciesKey,species,
            acceptedScientificName,verbatimScientificName,typifiedName,protocol,lastParsed,lastCrawled,repatriated,
            relativeOrganismQuantity,projectId,isSequenced,gbifRegion,publishedByGbifRegion,level0Gid,level0Name,
            level1Gid,level1Name,level2Gid,level2Name,level3Gid,level3Name,iucnRedListCategory,scientificNameAuthorship,
            verbatimCoordinates,verbatimLatitude,verbatimLongitude,geodeticDatum,minimumElevationInMeters,
            maximumElevationInMeters,minimumDepthInMeters,maximumDepthInMeters,associatedMedia,country
            """
        ),
        (
            .iNaturalist,
            """
            id,uuid,observed_on_string,observed_on,time_observed_at,time_zone,user_id,user_login,user_name,created_at,
            updated_at,quality_grade,license,url,image_url,sound_url,tag_list,description,num_identification_agreements,
            num_identification_disagreements,captive_cultivated,oauth_application_id,place_guess,latitude,longitude,
            positional_accuracy,private_place_guess,private_latitude,private_longitude,public_positional_accuracy,
            geoprivacy,taxon_geoprivacy,coordinates_obscured,positioning_method,positioning_device,place_town_name,
            place_county_name,place_state_name,place_country_name,place_admin1_name,place_admin2_name,species_guess,
            scientific_name,common_name,iconic_taxon_name,taxon_id,taxon_kingdom_name,taxon_phylum_name,
            taxon_subphylum_name,taxon_superclass_name,taxon_class_name,taxon_subclass_name,taxon_superorder_name,
            taxon_order_name,taxon_suborder_name,taxon_superfamily_name,taxon_family_name,taxon_subfamily_name,
            taxon_supertribe_name,taxon_tribe_name,taxon_subtribe_name,taxon_genus_name,taxon_genushybrid_name,
            taxon_species_name,taxon_hybrid_name,taxon_subspecies_name,taxon_variety_name,taxon_form_name
            """
        ),
        (.birdNETPi, "Date,Time,Sci_Name,Com_Name,Confidence,Lat,Lon,Cutoff,Week,Sens,Overlap,File_Name"),
        (
            .birdNETGo,
            """
            id,source_node,date,time,begin_time,end_time,species_code,scientific_name,raw_scientific_name,common_name,
            confidence,latitude,longitude,threshold,sensitivity,clip_name,processing_time,unlikely,sourceNode,beginTime,
            endTime,speciesCode,scientificName,rawScientificName,commonName,clipName,processingTime
            """
        ),
        (
            .birdNETAnalyzer,
            """
            Selection,View,Channel,Begin Time (s),End Time (s),Low Freq (Hz),High Freq (Hz),Common Name,Species Code,
            Confidence,Begin Path,File Offset (s),Start (s),End (s),Scientific name,File,INDIR,FOLDER,IN FILE,OFFSET,
            DURATION,scientific_name,common_name,DATE,TIME,HOUR,lat,lon,week,overlap,sensitivity,min_conf,species_list,
            model,filepath,start,end,start_time,end_time,OUTDIR,cutoff,sens
            """
        ),
    ]

    @Test func ofDownloadsAreKnown() {
        for (format, header) in Self.headers {
            let names = header.replacing("\n", with: "").split(separator: ",").map(String.init)
            #expect(Header(names + ["Mood", "mood", "Mood", ""]).unread(format) == ["Mood", "mood"], "\(format.name)")
        }
        // Lists of species by others have more than their names.
        for format in Format.all where format.holdsSpecies {
            #expect(Header(["Mood"]).unread(format) == (format.name == "plain-species" ? ["Mood"] : []))
        }
    }
}
