extension Format {
    /// The columns, in lower case, that files of the format have and an import does not need. Other columns that are
    /// not read are named in the report, since a person may miss them.
    var knownColumns: Set<String> { Self.known[name] ?? [] }

    /// Whether its files may have any columns, such as lists of species by others, of which only the names are wanted.
    var hasOpenColumns: Bool { holdsSpecies && name != Format.plainSpecies.name }

    private static let known: [String: Set<String>] = {
        func names(_ text: String) -> Set<String> {
            Set(text.replacing("\n", with: " ").split(separator: ", ").map(String.init))
        }
        let ofDarwinCore = names(darwinCoreTerms)
        return [
            Format.eBird.name: names(eBirdColumns), Format.eBirdSampling.name: names(eBirdColumns),
            Format.eBirdMyData.name: names("taxonomic order, county, ml catalog numbers"),
            Format.eBirdLifeList.name: names("taxon order, category, countable, exotic"),
            Format.feederWatch.name: names(
                "entry_technique, proj_period_id, alt_full_spp_code, plus_code, data_entry_method"),
            Format.gbif.name: ofDarwinCore, Format.darwinCore.name: ofDarwinCore,
            Format.darwinCoreEvents.name: ofDarwinCore, Format.iNaturalist.name: names(iNaturalistColumns),
            Format.birdNETPi.name: names("cutoff, week, sens, overlap, file_name"),
            Format.birdNETGo.name: names(
                """
                begin_time, begintime, end_time, endtime, raw_scientific_name, rawscientificname, threshold, sensitivity,
                clip_name, clipname, processing_time, processingtime
                """),
            Format.birdNETAnalyzer.name: names(
                """
                selection, view, channel, begin time (s), end time (s), end (s), end, end_time, low freq (hz), high freq (hz),
                duration, hour, date, time, week, overlap, sensitivity, sens, min_conf, cutoff, species_list, model, indir,
                outdir
                """),
        ]
    }()

    private static let eBirdColumns = """
        last edited date, taxonomic order, taxon concept id, exotic code, breeding category,
        breeding bird atlas category, behavior code, age/sex, country, state, county, county code, subnational2 code,
        iba code, bcr code, usfws code, atlas block, locality type, observer id, observer orcid id, first name, last name,
        observation type, protocol code, project code, project names, project identifiers, has media, reason, category
        """

    /// The export of iNaturalist with all columns.
    private static let iNaturalistColumns = """
        uuid, taxon_id, user_id, user_login, user_name, created_at, updated_at, time_observed_at, time_zone,
        created_at_utc, license, url, image_url, sound_url, tag_list, num_identification_agreements,
        num_identification_disagreements, oauth_application_id, place_town_name, place_county_name, place_state_name,
        place_country_name, place_admin1_name, place_admin2_name, species_guess, quality_grade, positioning_method,
        positioning_device, private_place_guess, private_latitude, private_longitude, private_positional_accuracy,
        iconic_taxon_name, taxon_kingdom_name, taxon_phylum_name, taxon_subphylum_name, taxon_superclass_name,
        taxon_class_name, taxon_subclass_name, taxon_superorder_name, taxon_order_name, taxon_suborder_name,
        taxon_superfamily_name, taxon_family_name, taxon_subfamily_name, taxon_supertribe_name, taxon_tribe_name,
        taxon_subtribe_name, taxon_genus_name, taxon_genushybrid_name, taxon_species_name, taxon_hybrid_name,
        taxon_subspecies_name, taxon_variety_name, taxon_form_name, observed_time_zone, taxon_name,
        captive_cultivated, coordinates_obscured, positional_accuracy, public_positional_accuracy, place_guess,
        observed_on_string, taxon_geoprivacy, geoprivacy, description, common_name
        """

    /// The terms of Darwin Core (https://dwc.tdwg.org/terms/) with the words of Dublin Core that archives have, and the
    /// columns that GBIF adds.
    private static let darwinCoreTerms = """
        acceptednameusage, acceptednameusageid, accessrights, associatedmedia, associatedoccurrences,
        associatedorganisms, associatedreferences, associatedsequences, associatedtaxa, basisofrecord, bed, behavior,
        bibliographiccitation, cardinality, caste, catalognumber, class, collectioncode, collectionid, continent,
        coordinateprecision, country, county, cultivarepithet, datageneralizations, datasetid, datasetname, dateidentified,
        decimallatitude, decimallongitude, degreeofestablishment, disposition, dynamicproperties, earliestageorloweststage,
        earliesteonorlowesteonothem, earliestepochorlowestseries, earliesteraorlowesterathem,
        earliestperiodorlowestsystem, enddayofyear, establishmentmeans, eventtype, family, fieldnotes, fieldnumber,
        footprintspatialfit, footprintsrs, footprintwkt, formation, genericname, genus, geodeticdatum,
        geologicalcontextid, georeferenceddate, georeferencedby, georeferenceprotocol, georeferenceremarks,
        georeferencesources, georeferenceverificationstatus, group, habitat, higherclassification, highergeography,
        highergeographyid, highestbiostratigraphiczone, identificationid, identificationreferences,
        identificationremarks, identificationverificationstatus, identifiedby, identifiedbyid, informationwithheld,
        infragenericepithet, infraspecificepithet, institutioncode, institutionid, island, islandgroup, kingdom,
        language, latestageorhigheststage, latesteonorhighesteonothem, latestepochorhighestseries,
        latesteraorhighesterathem, latestperiodorhighestsystem, license, lifestage, lithostratigraphicterms,
        locationaccordingto, locationid, locationremarks, lowestbiostratigraphiczone, materialentityid,
        materialentityremarks, materialsampleid, maximumdepthinmeters, maximumdistanceabovesurfaceinmeters,
        maximumelevationinmeters, measurementtype, measurementvalue, measurementunit, member, minimumdepthinmeters,
        minimumdistanceabovesurfaceinmeters, minimumelevationinmeters, modified, municipality, nameaccordingto,
        nameaccordingtoid, namepublishedin, namepublishedinid, namepublishedinyear, nomenclaturalcode,
        nomenclaturalstatus, occurrenceid, occurrenceremarks, order, organismid, organismname, organismremarks,
        organismscope, originalnameusage, originalnameusageid, othercatalognumbers, ownerinstitutioncode,
        parenteventid, parentnameusage, parentnameusageid, pathway, phylum, pointradiusspatialfit, preparations,
        previousidentifications, recordedby, recordedbyid, recordnumber, references, relationshipofresource,
        reproductivecondition, resourceid, rights, rightsholder, samplesizeunit, samplesizevalue, samplingeffort,
        scientificnameauthorship, scientificnameid, sex, specificepithet, startdayofyear, stateprovince, subfamily,
        subgenus, subtribe, superfamily, taxonconceptid, taxonid, taxonomicstatus, taxonrank, taxonremarks, tribe, type,
        typestatus, typifiedname, verbatimcoordinates, verbatimcoordinatesystem, verbatimdepth, verbatimelevation,
        verbatimeventdate, verbatimidentification, verbatimlabel, verbatimlatitude, verbatimlocality,
        verbatimlongitude, verbatimsrs, verbatimtaxonrank, vernacularname, verticaldatum, vitality, waterbody,
        id, coreid, abstract, accrualmethod, accrualperiodicity, accrualpolicy, alternative, audience, available,
        conformsto, contributor, coverage, created, creator, date, dateaccepted, datecopyrighted, datesubmitted,
        description, educationlevel, extent, format, hasformat, haspart, hasversion, identifier, instructionalmethod,
        isformatof, ispartof, isreferencedby, isreplacedby, isrequiredby, issued, isversionof, mediator, medium,
        provenance, publisher, relation, replaces, requires, source, spatial, subject, tableofcontents, temporal, title,
        valid, accordingto, lastinterpreted, lastparsed, lastcrawled, datasetkey, publishingorgkey,
        hostingorganizationkey, installationkey, networkkey, publishingcountry, protocol, gbifid, gbifregion,
        publishedbygbifregion, elevation, elevationaccuracy, depth, depthaccuracy, distanceabovesurface,
        distanceabovesurfaceaccuracy, distancefromcentroidinmeters, issue, taxonkey, acceptedtaxonkey, kingdomkey,
        phylumkey, classkey, orderkey, familykey, genuskey, subgenuskey, specieskey, species, acceptedscientificname,
        verbatimscientificname, verbatimscientificnameauthorship, typifiedname, mediatype, hascoordinate,
        hasgeospatialissues, repatriated, relativeorganismquantity, projectid, level0gid, level0name, level1gid,
        level1name, level2gid, level2name, level3gid, level3name, iucnredlistcategory, isincluster, issequenced,
        occurrencestatus, individualcount, crawlid, checklistkey, nontaxonomicissue, taxonomicissue, datecreated,
        eventtime, eventremarks, organismquantity, organismquantitytype, samplingprotocol, countrycode, locality,
        identificationqualifier, scientificname, eventdate, eventid, year, month, day, key, lastmodified
        """
}

extension Header {
    /// The names of columns that are not read, as the file spells them, except those that are known.
    func unread(_ format: Format) -> [String] {
        if format.hasOpenColumns { return [] }
        var known = format.knownColumns
        for column in format.columns {
            // Of several columns with remarks, one is read.
            let isRemark = column.member == .comments || column.member == .checklistComments
            let read = isRemark ? position(column).map { [names[$0].lowercased()] } : nil
            known.formUnion(read ?? [column.name] + column.otherNames)
        }
        var unread: [String] = []
        for name in names where !name.isEmpty && !unread.contains(name) {
            let word = name.lowercased()
            if !known.contains(word), !known.contains(Self.spaced(word)) { unread.append(name) }
        }
        return unread
    }
}
